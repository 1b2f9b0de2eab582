-- job_submit.lua of tonne, written by 'tonne slurm job-submit'. For Slurm's job_submit/lua plugin (JobSubmitPlugins=lua), beside slurm.conf.
--
-- A user chooses to wait: sbatch --time=6:00:00 --comment="tonne:finish-by=+24h" SCRIPT
-- (an epoch in s, an ISO 8601 time, local to the controller unless it names a zone, or +24h).
-- Such a job becomes eligible at the hour at which its time limit has the lowest mean intensity and ends by then. Other jobs are left alone.
--
-- Jobs of accounts and users that are above their quota ('tonne budget quotas --slurm FILE') get another QOS, are held or are refused, if
-- 'tonne slurm job-submit --over-quota RULE' says so. Where the quotas are missing or old, no job is changed, and its user sees why.
--
-- It runs inside slurmctld: it reads two small files, and calls no network and no process. Without the rule "refuse" it never refuses a job.
-- Beside a job_submit.lua of your own: dofile() this file from it, and call tonne_quota(job_desc) and tonne_defer(job_desc) in your
-- slurm_job_submit.

local tonne_file = "@FILE@"
local quota_file = "@QUOTAS@"
-- off, warn, hold, refuse, or qos:NAME
local over_quota = "@OVER@"
local max_age_s = 26 * 3600
local max_bytes = 65536
local max_quota_bytes = 1048576
local least_saving = 0.05
local hour_s = 3600
-- slurm.NO_VAL and slurm.INFINITE are above it.
local largest_value = 4294967280

local function days_from_epoch(year, month, day)
  -- The Julian day number of a date of the Gregorian calendar, less that of 1970-01-01.
  local a = math.floor((14 - month) / 12)
  local y = year + 4800 - a
  local m = month + 12 * a - 3
  return day + math.floor((153 * m + 2) / 5) + 365 * y + math.floor(y / 4) - math.floor(y / 100) + math.floor(y / 400) - 32045 - 2440588
end

local function parse_finish(text, now)
  if #text >= 9 and #text <= 11 and text:match("^%d+$") then
    return tonumber(text)
  end
  local amount, unit = text:match("^%+?(%d+%.?%d*)(%a+)$")
  local seconds = unit and ({ s = 1, m = 60, min = 60, h = 3600, d = 86400, w = 604800 })[unit]
  if seconds then
    return math.floor(now + tonumber(amount) * seconds)
  end
  local year, month, day, rest = text:match("^(%d%d%d%d)%-(%d%d)%-(%d%d)(.*)$")
  if not year then
    return nil
  end
  local hour, minute, second, zone = 0, 0, 0, rest
  if rest ~= "" then
    local h, mi, after = rest:match("^T(%d%d):(%d%d)(.*)$")
    if not h then
      return nil
    end
    local s, last = after:match("^:(%d%d)(.*)$")
    hour, minute, second, zone = tonumber(h), tonumber(mi), tonumber(s or 0), last or after
  end
  year, month, day = tonumber(year), tonumber(month), tonumber(day)
  if month < 1 or month > 12 or day < 1 or day > 31 or hour > 23 or minute > 59 or second > 59 then
    return nil
  end
  if zone == "" then
    return os.time({ year = year, month = month, day = day, hour = hour, min = minute, sec = second })
  end
  local utc = days_from_epoch(year, month, day) * 86400 + hour * 3600 + minute * 60 + second
  if zone == "Z" then
    return utc
  end
  local sign, zone_hours, zone_minutes = zone:match("^([+-])(%d%d):?(%d%d)$")
  if not sign then
    return nil
  end
  local offset = tonumber(zone_hours) * 3600 + tonumber(zone_minutes) * 60
  return sign == "+" and utc - offset or utc + offset
end

-- The intensities by the start of their hour, or nil and what is wrong.
local function read_table(now)
  local file = io.open(tonne_file, "r")
  if not file then
    return nil, "there are no intensities at " .. tonne_file
  end
  local text = file:read(max_bytes + 1)
  file:close()
  if not text or #text > max_bytes then
    return nil, tonne_file .. " is empty or too large"
  end
  local number, hours, has_ended, about = 0, {}, false, nil
  for line in text:gmatch("([^\n]*)\n") do
    number = number + 1
    if number == 1 then
      if line ~= "# tonne.slurm-intensities/1" then
        return nil, tonne_file .. " is not of the format tonne.slurm-intensities/1"
      end
    elseif number == 2 then
      local written, zone, signal = line:match("^# written=(%d+) zone=(%S+) signal=(%a+) step_s=3600$")
      if not written then
        return nil, "line 2 of " .. tonne_file .. " is malformed"
      end
      about = { written = tonumber(written), zone = zone, signal = signal }
    elseif number > 3 then
      if line == "# end" then
        has_ended = true
      else
        local start, grams = line:match("^(%d+),(%d+%.?%d*)$")
        if not start or has_ended then
          return nil, string.format("line %.0f of %s is malformed", number, tonne_file)
        end
        hours[tonumber(start)] = tonumber(grams)
      end
    elseif line ~= "epoch_s,g_co2e_per_kwh" then
      return nil, "line 3 of " .. tonne_file .. " is malformed"
    end
  end
  if not has_ended then
    return nil, tonne_file .. " has no end"
  end
  if now - about.written > max_age_s or about.written - now > max_age_s then
    return nil, "the intensities are of " .. os.date("%Y-%m-%d %H:%M", about.written) .. ", which is not within 26 h of now"
  end
  return hours, about
end

-- The mean intensity from a start on for a time, or nil if an hour is missing.
local function mean_intensity(hours, start, duration)
  local at, finish, sum = start, start + duration, 0
  while at < finish do
    local hour = at - at % hour_s
    local grams = hours[hour]
    if not grams then
      return nil
    end
    local next_at = math.min(hour + hour_s, finish)
    sum = sum + grams * (next_at - at)
    at = next_at
  end
  return sum / duration
end

local function format_time(seconds)
  local minutes = math.floor(seconds / 60 + 0.5)
  if minutes < 60 then
    return string.format("%.0f min", minutes)
  end
  return string.format("%.0f h %.0f min", math.floor(minutes / 60), minutes % 60)
end

-- Defers a job whose user has chosen it. Returns what to tell the user; nil if the job is not ours.
function tonne_defer(job_desc)
  local comment = job_desc.comment
  local wanted = type(comment) == "string" and comment:match("tonne:finish%-by=([^%s;,\"']+)")
  if not wanted then
    return nil
  end
  local now = os.time()
  local unchanged = "the job is submitted as it is: "
  local finish = parse_finish(wanted, now)
  if not finish then
    return unchanged .. "'" .. wanted:sub(1, 40):gsub("[^%w:+.-]", "?") .. "' is not a time (write +24h, 2026-12-01T18:00 or an epoch)"
  end
  local begin_time = job_desc.begin_time
  if begin_time and begin_time > now and begin_time < largest_value then
    return unchanged .. "its own --begin counts"
  end
  local limit = job_desc.time_limit
  if not limit or limit <= 0 or limit >= largest_value then
    return unchanged .. "it has no --time, so its end is not known"
  end
  local duration = limit * 60
  if now + duration > finish then
    return unchanged .. "started now, its --time of " .. format_time(duration) .. " may end after the finish that is wanted"
  end
  local hours, about = read_table(now)
  if not hours then
    return unchanged .. about
  end
  local immediate = mean_intensity(hours, now, duration)
  if not immediate then
    return unchanged .. "the intensities do not cover its --time of " .. format_time(duration)
  end
  local best, best_start = immediate, now
  local start = now - now % hour_s + hour_s
  while start + duration <= finish and hours[start] do
    local mean = mean_intensity(hours, start, duration)
    if mean and mean < best then
      best, best_start = mean, start
    end
    start = start + hour_s
  end
  local saving = immediate > 0 and 1 - best / immediate or 0
  if saving < least_saving then
    return string.format("the job is not deferred: waiting would save %.0f %%", saving * 100)
  end
  job_desc.begin_time = best_start
  return string.format("the job waits %s, until %s, and saves %.0f %% (%.0f in place of %.0f g CO2e/kWh, %s, %s). "
    .. "From then on it waits for free nodes like any other.",
    format_time(best_start - now), os.date("%Y-%m-%d %H:%M", best_start), saving * 100, best, immediate, about.zone, about.signal)
end

-- The quotas that are exceeded, or nil and what is wrong.
local function read_quotas(now)
  local file = io.open(quota_file, "r")
  if not file then
    return nil, "there are no quotas at " .. quota_file
  end
  local text = file:read(max_quota_bytes + 1)
  file:close()
  if not text or #text > max_quota_bytes then
    return nil, quota_file .. " is empty or too large"
  end
  local number, quotas, has_ended = 0, {}, false
  for line in text:gmatch("([^\n]*)\n") do
    number = number + 1
    if number == 1 then
      if line ~= "# tonne.slurm-quotas/1" then
        return nil, quota_file .. " is not of the format tonne.slurm-quotas/1"
      end
    elseif number == 2 then
      local written = tonumber(line:match("^# written=(%d+)$"))
      if not written then
        return nil, "line 2 of " .. quota_file .. " is malformed"
      end
      if now - written > max_age_s or written - now > max_age_s then
        return nil, "the quotas are of " .. os.date("%Y-%m-%d %H:%M", written) .. ", which is not within 26 h of now"
      end
    elseif number == 3 then
      if line ~= "account\tuser\tused\tlimit\tresets" then
        return nil, "line 3 of " .. quota_file .. " is malformed"
      end
    elseif line == "# end" then
      has_ended = true
    else
      local account, user, used, limit, resets = line:match("^([^\t]*)\t([^\t]*)\t([^\t]+)\t([^\t]+)\t(%d+)$")
      if not account or has_ended or (account == "" and user == "") then
        return nil, string.format("line %.0f of %s is malformed", number, quota_file)
      end
      quotas[#quotas + 1] = { account = account, user = user, used = used, limit = limit, resets = tonumber(resets) }
    end
  end
  if not has_ended then
    return nil, quota_file .. " has no end"
  end
  return quotas
end

-- Applies the rule to a job above a quota. Returns what to tell the user, nil if there is nothing to say, and whether the job is refused.
function tonne_quota(job_desc)
  if over_quota == "off" then
    return nil, false
  end
  local now = os.time()
  local quotas, problem = read_quotas(now)
  if not quotas then
    return "quotas are not checked, and the job is submitted as it is: " .. problem, false
  end
  local account, user = job_desc.account or job_desc.default_account, job_desc.user_name
  for _, quota in ipairs(quotas) do
    -- A period that has ended begins anew, whether or not the file was written since.
    local is_current = quota.resets == 0 or quota.resets > now
    if is_current and (quota.account == "" or quota.account == account) and (quota.user == "" or quota.user == user) then
      local who = quota.account == "" and "user " .. quota.user
        or "account " .. quota.account .. (quota.user == "" and "" or ", user " .. quota.user)
      local message = string.format("%s has used %s of %s%s", who, quota.used, quota.limit,
        quota.resets == 0 and "" or "; the quota resets on " .. os.date("!%Y-%m-%d", quota.resets) .. " (UTC)")
      local qos = over_quota:match("^qos:(.+)$")
      if qos then
        job_desc.qos = qos
        return message .. "; the job gets QOS " .. qos, false
      elseif over_quota == "hold" then
        -- As an administrator holds it: its user cannot release it.
        job_desc.priority = 0
        return message .. "; the job is held", false
      elseif over_quota == "refuse" then
        return message .. "; the job is refused", true
      end
      return message, false
    end
  end
  return nil, false
end

if not slurm_job_submit then
  function slurm_job_submit(job_desc, part_list, submit_uid)
    for _, rule in ipairs({ tonne_quota, tonne_defer }) do
      local ok, message, is_refused = pcall(rule, job_desc)
      if not ok then
        slurm.log_info("tonne: %s", tostring(message))
        message, is_refused = "the job is submitted as it is: an error is in the log of slurmctld", false
      end
      if message then
        slurm.log_user("%s", "tonne: " .. message)
      end
      if is_refused then
        return slurm.ERROR
      end
    end
    return slurm.SUCCESS
  end

  function slurm_job_modify(job_desc, job_rec, part_list, modify_uid)
    return slurm.SUCCESS
  end
end

return slurm.SUCCESS
