-- Merge patches of one attribute, with a value that changes, of random records.
-- Arguments: file of ids, seed.
local here = debug.getinfo(1, "S").source:match("@(.*)/")
local common = dofile(here .. "/common.lua")
local ids, before, between, after
local random = math.random

function init(args)
  ids = common.lines(args[1])
  math.randomseed(tonumber(args[2]))
  wrk.headers["Content-Type"] = "application/merge-patch+json"
  -- The mark in the body is as long as the values, so that Content-Length holds.
  local body = '{"location":"@valu@"}'
  before, between, after =
    common.split(wrk.format("PATCH", wrk.path .. "/@id@", nil, body), "@id@", "@valu@")
end

function request()
  return before .. ids[random(#ids)] .. between .. random(100000, 999999) .. after
end
