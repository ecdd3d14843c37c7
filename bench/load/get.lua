-- GET by id, a random one each time. Arguments: file of ids, seed.
local here = debug.getinfo(1, "S").source:match("@(.*)/")
local common = dofile(here .. "/common.lua")
local ids, before, after
local random = math.random

function init(args)
  ids = common.lines(args[1])
  math.randomseed(tonumber(args[2]))
  before, after = common.split(wrk.format("GET", wrk.path .. "/@id@"), "@id@")
end

function request()
  return before .. ids[random(#ids)] .. after
end
