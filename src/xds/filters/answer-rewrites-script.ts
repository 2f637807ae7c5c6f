/**
 * As nginx's ngx_http_proxy_module rewrites `Set-Cookie`, `Location` and `Refresh`. A request marks itself when it passes: what Envoy
 * answers by itself before that is none of a backend's answers.
 */
export const answerRewritesScript = `
local mark = "naru.answer-rewrites"

local function rewritten(text, rule)
  local from, to = rule.from, rule.to
  if rule.kind == "prefix" then
    if text:sub(1, #from) == from then return to .. text:sub(#from + 1) end
  elseif rule.kind == "whole" then
    local dot, name = text:match("^(%.?)(.*)$")
    if name:lower() == from then return dot .. to end
  elseif rule.kind == "within" then
    if text:find(from) then return to end
  elseif text:lower():find(from) then
    return to
  end
  return nil
end

local function is_own(cookie, own)
  local name = cookie:match("^%s*([^=;]*)")
  for _, one in ipairs(own or {}) do
    if one == name then return true end
  end
  return false
end

local function rewritten_cookie(cookie, context)
  local first, attributes = cookie:match("^([^;]*)(.*)$")
  return first .. attributes:gsub("(; *)([^;=]*)=([^;]*)", function(before, name, value)
    local rule = ({ domain = context.domain, path = context.path })[name:lower()]
    local new = rule and rewritten(value, rule)
    if new then return before .. name .. "=" .. new end
  end)
end

local function rewrite_cookies(headers, context)
  local cookies, changed = {}, false
  for index = 0, headers:getNumValues("set-cookie") - 1 do
    local old = headers:getAtIndex("set-cookie", index)
    local new = is_own(old, context.own) and old or rewritten_cookie(old, context)
    changed = changed or new ~= old
    table.insert(cookies, new)
  end
  if not changed then return end
  headers:remove("set-cookie")
  for _, cookie in ipairs(cookies) do headers:add("set-cookie", cookie) end
end

local function rewrite_location(headers, rule, origin)
  local location = headers:get("location")
  local new = location and rewritten(location, rule)
  if new then
    if rule.absolute and new:sub(1, 1) == "/" then new = origin .. new end
    headers:replace("location", new)
  end
  local refresh = headers:get("refresh")
  local _, url = (refresh or ""):lower():find("url=", 1, true)
  local to = url and rewritten(refresh:sub(url + 1), rule)
  if to then headers:replace("refresh", refresh:sub(1, url) .. to) end
end

function envoy_on_request(handle)
  local headers = handle:headers()
  local host = (headers:get(":authority") or ""):gsub(":%d+$", "")
  local scheme = headers:get(":scheme") or "http"
  handle:streamInfo():dynamicMetadata():set(mark, "origin", scheme .. "://" .. host)
end

function envoy_on_response(handle)
  local marked = handle:streamInfo():dynamicMetadata():get(mark)
  if not marked then return end
  local rules = handle:filterContext()
  local context = { domain = rules:get("domain"), path = rules:get("path"), location = rules:get("location"), own = rules:get("own") }
  local headers = handle:headers()
  if context.domain or context.path then rewrite_cookies(headers, context) end
  if context.location then rewrite_location(headers, context.location, marked.origin) end
end
`;
