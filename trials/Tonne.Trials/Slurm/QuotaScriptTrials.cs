using System.Globalization;
using System.Text.RegularExpressions;

namespace Tonne.Trials.Slurm;

/// <summary>The rule for jobs above a quota in <c>job_submit.lua</c>, run by a real Lua, with the file that <c>tonne budget quotas
/// --slurm</c> writes.</summary>
public sealed class QuotaScriptTrials
{
    const string Lua = "/usr/bin/lua5.4";

    // What slurmctld gives the script, and what it makes of a job.
    const string Controller = """
        slurm = {
          SUCCESS = 0,
          ERROR = -1,
          log_info = function(format, ...) print("log " .. string.format(format, ...)) end,
          log_user = function(format, ...) print("user " .. string.format(format, ...)) end,
        }
        dofile(arg[1])
        local job = { account = arg[2], user_name = arg[3], default_account = arg[4] }
        for name, value in pairs(job) do
          if value == "" then
            job[name] = nil
          end
        end
        local code = slurm_job_submit(job, {}, 0)
        print(string.format("code %d qos %s priority %s account %s", code, tostring(job.qos), tostring(job.priority),
            tostring(job.account)))

        """;

    [Theory]
    [InlineData("qos:low", "; the job gets QOS low", "code 0 qos low priority nil account physics")]
    [InlineData("hold", "; the job is held", "code 0 qos nil priority 0 account physics")]
    [InlineData("refuse", "; the job is refused", "code -1 qos nil priority nil account physics")]
    [InlineData("warn", "", "code 0 qos nil priority nil account physics")]
    public async Task A_job_of_an_account_above_its_quota_gets_what_the_rule_says(string rule, string outcome, string job)
    {
        using var tonne = await CreateAsync(rule);
        await ExceedAsync(tonne);

        var said = await SubmitAsync(tonne, "physics");

        // The account, used, the limit and when it resets: the first day of the next month.
        var resets = new DateTime(DateTime.UtcNow.Year, DateTime.UtcNow.Month, 1, 0, 0, 0, DateTimeKind.Utc).AddMonths(1);
        Assert.Matches(string.Create(CultureInfo.InvariantCulture,
            $"^user tonne: account physics has used [0-9.]+ .?g CO2e of 0.00100 µg CO2e/month; "
            + $"the quota resets on {resets:yyyy-MM-dd} \\(UTC\\){outcome}\n{job}\n$"), said);
        // Others are left alone, and nothing is said to them.
        Assert.Equal("code 0 qos nil priority nil account chem\n", await SubmitAsync(tonne, "chem"));
        Assert.Equal("code 0 qos nil priority nil account nil\n", await SubmitAsync(tonne, ""));
        Assert.Contains("account physics has used", await SubmitAsync(tonne, "", "ada", "physics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_quota_of_a_user_or_of_a_user_in_an_account_is_theirs()
    {
        using var tonne = await CreateAsync("hold");
        var written = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        await WriteAsync(tonne, $"# tonne.slurm-quotas/1\n# written={written}\naccount\tuser\tused\tlimit\tresets\n"
            + $"\tada\t1 kg\t1 g\t0\nchem\tbob\t2 kg\t1 g/day\t{written + 3600}\n"
            + $"law\t\t3 kg\t1 g/day\t{written - 1}\n# end\n");

        Assert.Contains("user tonne: user ada has used 1 kg of 1 g; the job is held", await SubmitAsync(tonne, "physics", "ada"),
            StringComparison.Ordinal);
        Assert.Contains("account chem, user bob has used 2 kg", await SubmitAsync(tonne, "chem", "bob"), StringComparison.Ordinal);
        Assert.StartsWith("code 0 qos nil priority nil", await SubmitAsync(tonne, "physics", "bob"), StringComparison.Ordinal);
        // Its period has ended, and the quota with it.
        Assert.StartsWith("code 0 qos nil priority nil", await SubmitAsync(tonne, "law", "bob"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_good_quotas_every_job_is_submitted_as_it_is_and_its_user_sees_why()
    {
        using var tonne = await CreateAsync("refuse");
        await ExceedAsync(tonne);
        var fresh = await File.ReadAllTextAsync(tonne.At("quotas.tsv"), TestContext.Current.CancellationToken);
        Assert.Contains("code -1", await SubmitAsync(tonne, "physics"), StringComparison.Ordinal);
        var old = DateTimeOffset.UtcNow.AddHours(-27).ToUnixTimeSeconds();
        foreach (var (text, reason) in new (string?, string)[]
        {
            (null, "there are no quotas at"),
            ("", "is not of the format|is empty|has no end"),
            (Regex.Replace(fresh, "written=[0-9]+", $"written={old}", RegexOptions.None, TimeSpan.FromSeconds(1)),
                "not within 26 h of now"),
            (fresh.Replace("# end\n", "", StringComparison.Ordinal), "has no end"),
            (fresh.Replace("physics\t", "physics", StringComparison.Ordinal), "line 4 of .* is malformed"),
            (fresh.Replace("resets", "until", StringComparison.Ordinal), "line 3 of .* is malformed"),
            ("os.exit(1)\n", "is not of the format"),
            (new string('1', 1_100_000), "is empty or too large"),
        })
        {
            File.Delete(tonne.At("quotas.tsv"));
            if (text is not null)
                await WriteAsync(tonne, text);

            var said = await SubmitAsync(tonne, "physics");

            Assert.Matches($"^user tonne: quotas are not checked, and the job is submitted as it is: .*({reason})", said);
            Assert.EndsWith("code 0 qos nil priority nil account physics\n", said, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Without_a_rule_no_quota_is_looked_at_and_a_wrong_rule_is_refused()
    {
        using var tonne = await CreateAsync("off");

        Assert.Equal("code 0 qos nil priority nil account physics\n", await SubmitAsync(tonne, "physics"));
        foreach (var rule in new[] { "qos:", "qos:a\"b", "kill", "HOLD" })
            Assert.Contains("is not a rule", (await tonne.RunAsync("slurm", "job-submit", "--over-quota", rule)).Expect(2).Error,
                StringComparison.Ordinal);
        Assert.Contains("--quotas", (await tonne.RunAsync("slurm", "job-submit", "--quotas", "quotas.tsv")).Expect(2).Error,
            StringComparison.Ordinal);
    }

    static async Task<TonneCommand> CreateAsync(string rule)
    {
        Needs.Program(Lua, "lua5.4");
        var tonne = new TonneCommand();
        tonne.Write("job_submit.lua", (await tonne.RunAsync("slurm", "job-submit", "--over-quota", rule, "--quotas",
            tonne.At("quotas.tsv"))).Expect(0).Output);
        tonne.Write("controller.lua", Controller);
        return tonne;
    }

    /// <summary>A job of the account physics, above a budget of a billionth of a gram.</summary>
    static async Task ExceedAsync(TonneCommand tonne)
    {
        tonne.Environment["SLURM_JOB_ID"] = "7";
        tonne.Environment["SLURM_JOB_ACCOUNT"] = "physics";
        (await tonne.RunAsync("run", "-q", "--zone", "FR", "--", "sh", "-c", "i=0; while [ $i -lt 200000 ]; do i=$((i + 1)); done"))
            .Expect(0);
        (await tonne.RunAsync("budget", "set", "--account", "physics", "1e-12kg/month")).Expect(0);
        (await tonne.RunAsync("budget", "set", "--account", "chem", "1t/month")).Expect(0);
        (await tonne.RunAsync("budget", "quotas", "--slurm", "quotas.tsv")).Expect(0);
    }

    static async Task<string> SubmitAsync(TonneCommand tonne, string account, string user = "root", string defaultAccount = "") =>
        (await tonne.RunOtherAsync(Lua, tonne.At("controller.lua"), tonne.At("job_submit.lua"), account, user, defaultAccount)).Expect(0)
            .Output;

    static Task WriteAsync(TonneCommand tonne, string text) => File.WriteAllTextAsync(tonne.At("quotas.tsv"), text,
        TestContext.Current.CancellationToken);
}
