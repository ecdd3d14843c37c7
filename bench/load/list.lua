-- GET of the URL as it is given, always the same.
dofile(debug.getinfo(1, "S").source:match("@(.*)/") .. "/common.lua")
