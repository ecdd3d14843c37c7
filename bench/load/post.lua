-- POST of documents. Arguments: file of documents (JSON, one a line), seed.
local here = debug.getinfo(1, "S").source:match("@(.*)/")
local common = dofile(here .. "/common.lua")
local requests = {}
local random = math.random

function init(args)
  math.randomseed(tonumber(args[2]))
  wrk.headers["Content-Type"] = "application/json"
  for number, document in ipairs(common.lines(args[1])) do
    requests[number] = wrk.format("POST", wrk.path, nil, document)
  end
end

function request()
  return requests[random(#requests)]
end
