using System.Runtime.Versioning;

namespace Tonne.Trials.Slurm;

/// <summary>A real Slurm: jobs of accounts above their quota are held, refused or get another QOS by <c>job_submit.lua</c>.</summary>
[Collection(nameof(Alone))]
[UnsupportedOSPlatform("windows")]
public sealed class SlurmQuotaTrials(SlurmCluster cluster) : IClassFixture<SlurmCluster>
{
    string Quotas => Path.Combine(cluster.Folder, "quotas.tsv");

    [Fact]
    public async Task Jobs_of_accounts_above_their_quota_are_held_or_refused_and_others_run()
    {
        await WriteAsync("hold");

        var (held, said) = await SubmitAsync("vision");
        Assert.Contains("tonne: account vision has used 61 kg CO2e of 50 kg CO2e/month; "
            + "the quota resets on 2099-01-01 (UTC); the job is held", said, StringComparison.Ordinal);
        Assert.Matches("Priority=0 ", await ShowAsync(held));
        Assert.Contains("JobHeld", await ShowAsync(held), StringComparison.Ordinal);
        await cluster.RunAsync("scancel", held);
        var (other, nothing) = await SubmitAsync("language");
        Assert.DoesNotMatch("Priority=0 ", await ShowAsync(other));
        Assert.DoesNotContain("quota", nothing, StringComparison.Ordinal);

        await WriteAsync("refuse");

        var refused = await cluster.RunAsync("sbatch", "--account=vision", "--output=/dev/null", cluster.Script("short", "sleep 0.1\n"));
        Assert.NotEqual(0, refused.Code);
        Assert.Contains("the job is refused", refused.Error, StringComparison.Ordinal);
        // Without quotas nobody is kept from submitting.
        File.Delete(Quotas);
        var (unchecked_, why) = await SubmitAsync("vision");
        Assert.Contains("quotas are not checked, and the job is submitted as it is: there are no quotas at", why, StringComparison.Ordinal);
        await cluster.EndedAsync(unchecked_);
    }

    [Fact]
    public async Task Jobs_of_accounts_above_their_quota_get_another_qos()
    {
        Assert.SkipWhen(cluster.NoAccountingReason is not null, cluster.NoAccountingReason ?? "");
        await WriteAsync("qos:low");
        (await cluster.RunAsync("sacctmgr", "-i", "add", "qos", "low")).Expect(0);
        (await cluster.RunAsync("sacctmgr", "-i", "modify", "account", "name=vision", "set", "qos+=low")).Expect(0);
        // The controller hears of it a moment later.
        await cluster.WaitAsync(async () => (await cluster.RunAsync("scontrol", "show", "assoc_mgr", "flags=qos"))
            .Output.Contains("QOS=low", StringComparison.Ordinal), "the controller knows the QOS");

        var (job, said) = await SubmitAsync("vision");

        Assert.Contains("; the job gets QOS low", said, StringComparison.Ordinal);
        Assert.Contains("QOS=low", await ShowAsync(job), StringComparison.Ordinal);
        Assert.DoesNotContain("QOS=low", await ShowAsync((await SubmitAsync("language")).Job), StringComparison.Ordinal);
    }

    /// <summary>Writes the script with a rule and quotas of which vision has used more than it may.</summary>
    async Task WriteAsync(string rule)
    {
        var reason = cluster.SkipReason ?? SlurmCluster.NoPluginReason;
        Assert.SkipWhen(reason is not null, reason ?? "");
        // 2099-01-01, as `date -u -d 2099-01-01 +%s` prints it.
        await File.WriteAllTextAsync(Quotas,
            $"# tonne.slurm-quotas/1\n# written={DateTimeOffset.UtcNow.ToUnixTimeSeconds()}\naccount\tuser\tused\tlimit\tresets\n"
            + "vision\t\t61 kg CO2e\t50 kg CO2e/month\t4070908800\n# end\n", TestContext.Current.CancellationToken);
        var script = Path.Combine(cluster.Folder, "job_submit.lua");
        var former = File.GetLastWriteTimeUtc(script);
        await File.WriteAllTextAsync(script, (await cluster.RunAsync(TonneCommand.Executable, "slurm", "job-submit", "--file",
            cluster.Intensities, "--quotas", Quotas, "--over-quota", rule))
            .Expect(0).Output, TestContext.Current.CancellationToken);
        // The controller reads it again if it is newer than its last reading, in whole seconds.
        var soon = DateTime.UtcNow.AddMinutes(5);
        File.SetLastWriteTimeUtc(script, former.AddMinutes(1) < soon ? soon : former.AddMinutes(1));
    }

    async Task<(string Job, string Said)> SubmitAsync(string account)
    {
        var submitted = (await cluster.RunAsync("sbatch", "--parsable", "--account=" + account, "--output=/dev/null",
            cluster.Script("short", "sleep 0.1\n"))).Expect(0);
        return (submitted.Output.Trim().Split(';')[0], submitted.Error);
    }

    async Task<string> ShowAsync(string job) => (await cluster.RunAsync("scontrol", "show", "job", job)).Expect(0).Output;
}
