using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Tonne.Trials.Measuring;

namespace Tonne.Trials.Benching;

/// <summary><c>tonne bench --power-limit</c> with a scripted GPU and a folder of power zones, whose law is known.</summary>
[Collection(nameof(Alone))]
public class PowerLimitTrials
{
    static readonly string[] Short = ["--policy", "machine", "--warmup", "0", "--zone", "FR"];

    [Fact]
    public async Task The_limits_of_a_GPU_are_measured_and_the_best_are_those_of_its_law()
    {
        using var tonne = new TonneCommand();
        var gpu = new LimitedGpu(tonne);

        var bench = JsonNode.Parse((await tonne.RunAsync(["bench", "--json", .. Short, "--runs", "6", "--risk", "20", "--power-limit",
            "900W,450", "--", .. await gpu.BuildWorkAsync()])).Expect(0).Output)!;

        Assert.Equal(4200, gpu.Limit);
        Assert.Empty(Directory.GetFiles(tonne.Home, "power-limits-*.json"));
        Assert.Equal([4200d, 900, 450], bench["commands"]!.AsArray().Select(command => (double)command!["power_limit_w"]!));
        var limits = bench["power_limits"]!;
        Assert.Equal("A", (string)limits["found"]!);
        Assert.Equal((4200, 450, 4200),
            ((double)limits["devices"]![0]!["found_w"]!, (double)limits["devices"]![0]!["min_w"]!,
            (double)limits["devices"]![0]!["max_w"]!));
        Assert.Equal(450, Least("energy"));
        Assert.Equal(4200, Least("time"));
        Assert.Equal(900, Least("energy_delay"));
        // 450 W: 0.592 s and 267 J instead of 0.2 s and 840 J of the GPU, and the rest of the machine.
        var ratio = limits["least"]!.AsArray().Single(one => (string)one!["figure"]! == "energy")!["ratio_to_found"]!;
        Assert.InRange((double)ratio["value"]!, 0.31, 0.6);
        Assert.InRange((double)ratio["high"]!, (double)ratio["value"]!, 0.95);
        Assert.Contains(limits["least"]!.AsArray(), one => (string)one!["figure"]! == "emissions");
        var runs = JsonNode.Parse((await tonne.RunAsync("list", "--json")).Expect(0).Output)!["runs"]!.AsArray();
        Assert.Equal(["450 W", "900 W", "as found, 4200 W"],
            runs.Select(run => (string)run!["tags"]!["power-limit"]!).Distinct().Order(StringComparer.Ordinal));

        double Least(string figure) =>
            (double)limits["least"]!.AsArray().Single(one => (string)one!["figure"]! == figure)!["power_limit_w"]!;
    }

    [Fact]
    public async Task The_limit_of_a_processor_is_written_read_back_and_restored_also_when_the_command_fails()
    {
        using var tonne = new TonneCommand();
        var machine = new StandInMachine(tonne);
        machine.Zone("intel-rapl:0", "package-0");
        const string zone = "sys/class/powercap/intel-rapl:0/";
        machine.Write(zone + "constraint_0_name", "long_term\n");
        machine.Write(zone + "constraint_0_max_power_uw", "400000000\n");
        machine.Write(zone + "constraint_0_power_limit_uw", "400000000\n");
        machine.Write(zone + "enabled", "1\n");
        // 50 W are static, speed is the cube root of the rest: 400 W take 0.3 s and 120 J,
        // 200 W take 0.3 · (350 ÷ 150)^⅓ = 0.398 s and 79.6 J.
        var work = tonne.Write("work.py", """
            import sys, time
            zone = sys.argv[1]
            limit = int(open(zone + "constraint_0_power_limit_uw").read()) / 1e6
            seconds = 0.3 * (350 / (limit - 50)) ** (1 / 3)
            time.sleep(seconds)
            counter = int(open(zone + "energy_uj").read())
            with open(zone + "energy_uj", "r+") as file:
                file.write(f"{counter + int(limit * seconds * 1e6):018d}\n")
            """);
        string[] options = ["bench", "--sysroot", machine.Root, .. Short];

        var shown = (await tonne.RunAsync([.. options, "--runs", "3", "--power-limit", "50%", "--", Needs.Python(), work,
            Path.Combine(machine.Root, zone)])).Expect(0);
        var restored = await File.ReadAllTextAsync(Path.Combine(machine.Root, zone, "constraint_0_power_limit_uw"),
            TestContext.Current.CancellationToken);
        var failed = (await tonne.RunAsync([.. options, "--power-limit", "200W", "--", "sh", "-c",
            $"grep -q 400000000 '{machine.Root}/{zone}constraint_0_power_limit_uw' || exit 3; echo 000000001000900000 > "
            + $"'{machine.Root}/{zone}energy_uj'"])).Expect(1);

        Assert.Equal("400000000\n", restored);
        Assert.Contains("Least energy: 50% (200 W)", shown.Output);
        Assert.Contains("Least time: as found, 400 W", shown.Output);
        Assert.Contains("Limited: processor package-0, found at 400 W", shown.Output);
        Assert.Contains("ended with exit code 3", failed.Error);
        Assert.Equal("400000000\n",
            await File.ReadAllTextAsync(Path.Combine(machine.Root, zone, "constraint_0_power_limit_uw"),
            TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Interrupted_it_restores_what_it_found()
    {
        using var tonne = new TonneCommand();
        var gpu = new LimitedGpu(tonne);
        using var bench = await StartAsync(tonne, gpu);

        await tonne.RunOtherAsync("kill", "-INT", Text(bench.Id));

        Assert.Equal(130, (await Finished.OfAsync(bench)).Code);
        Assert.Equal(4200, gpu.Limit);
        Assert.Empty(Directory.GetFiles(tonne.Home, "power-limits-*.json"));
    }

    [Fact]
    public async Task Killed_while_the_command_runs_its_guardian_restores_what_was_found()
    {
        using var tonne = new TonneCommand();
        var gpu = new LimitedGpu(tonne);
        using var bench = await StartAsync(tonne, gpu);

        bench.Kill();

        await gpu.WaitForRestoredAsync();
        var finished = await Finished.OfAsync(bench);
        Assert.Contains("the power limits are again as they were found (GPU 0", finished.Error);
        Assert.Empty(Directory.GetFiles(tonne.Home, "power-limits-*.json"));
        Assert.Null(FindGuardian(tonne));
    }

    [Fact]
    public async Task A_guardian_ignores_the_signals_of_a_terminal_and_one_that_is_killed_is_replaced()
    {
        using var tonne = new TonneCommand();
        var gpu = new LimitedGpu(tonne);
        using var bench = await StartAsync(tonne, gpu);
        var guardian = FindGuardian(tonne)!.Value;

        foreach (var signal in new[] { "-INT", "-HUP", "-TERM" })
            await tonne.RunOtherAsync("kill", signal, Text(guardian));
        Assert.Equal(guardian, FindGuardian(tonne));
        await tonne.RunOtherAsync("kill", "-9", Text(guardian));
        await File.WriteAllTextAsync(gpu.Go, "", TestContext.Current.CancellationToken);

        (await Finished.OfAsync(bench)).Expect(0);
        Assert.Equal(4200, gpu.Limit);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Where_both_were_killed_the_next_invocation_says_so_and_restores(bool byNextBench)
    {
        using var tonne = new TonneCommand();
        var gpu = new LimitedGpu(tonne);
        using var bench = await StartAsync(tonne, gpu);

        await tonne.RunOtherAsync("kill", "-9", Text(FindGuardian(tonne)!.Value));
        bench.Kill();
        await File.WriteAllTextAsync(gpu.Go, "", TestContext.Current.CancellationToken);
        await Finished.OfAsync(bench);
        Assert.NotEqual(4200, gpu.Limit);
        var doctor = (await tonne.RunAsync("doctor")).Expect(0);
        var other = (await tonne.RunAsync("bench", "--runs", "1", "--warmup", "0", "--", "true", ":::", "true")).Expect(0);

        var next = byNextBench
            ? (await tonne.RunAsync(["bench", "--json", .. Short, "--runs", "1", "--power-limit", "1000W", "--",
                .. await gpu.BuildWorkAsync()])).Expect(0)
            : (await tonne.RunAsync("bench", "--restore-limits")).Expect(0);

        Assert.Contains("tonne bench --restore-limits", doctor.Error);
        Assert.Contains("tonne bench --restore-limits", other.Error);
        Assert.Contains("has its power limit of 4200 W again", next.Error);
        if (byNextBench)
            Assert.Equal(4200, (double)JsonNode.Parse(next.Output)!["power_limits"]!["devices"]![0]!["found_w"]!);
        Assert.Equal(4200, gpu.Limit);
        Assert.DoesNotContain("power-limit", (await tonne.RunAsync("doctor")).Expect(0).Error);
    }

    [Fact]
    public async Task Where_the_second_GPU_refuses_the_first_has_again_what_it_had_and_the_error_says_what_to_do()
    {
        using var tonne = new TonneCommand();
        var gpu = new LimitedGpu(tonne, "gpu\nlimits 450 4200\npower -10 0\ncode nvmlDeviceSetPowerManagementLimit 0 inf 4\n");

        var refused = (await tonne.RunAsync(["bench", .. Short, "--power-limit", "900", "--", "true"])).Expect(1);

        Assert.Equal(4200, gpu.Limit);
        // The second is found at 700 W; runs at what was found and at 900 W come in random order.
        Assert.Matches(@"GPU 1 \(NVIDIA H100 80GB HBM3\): a power limit of (900|700) W is refused: permission denied", refused.Error);
        Assert.Contains("sudo tonne bench", refused.Error);
    }

    [Fact]
    public async Task What_cannot_be_set_is_refused_before_anything_is_changed()
    {
        using var tonne = new TonneCommand();
        var gpu = new LimitedGpu(tonne);
        using var without = new TonneCommand();
        Directory.CreateDirectory(without.At("empty"));

        var outside = (await tonne.RunAsync(["bench", "--power-limit", "100W,900W", "--", "true"])).Expect(2);
        var two = (await tonne.RunAsync(["bench", "--power-limit", "300W", "--", "true", ":::", "true"])).Expect(2);
        var word = (await tonne.RunAsync(["bench", "--power-limit", "low", "--", "true"])).Expect(2);
        var none = (await without.RunAsync(["bench", "--sysroot", without.At("empty"), "--power-limit", "300W", "--", "true"])).Expect(1);

        Assert.Contains("--power-limit 100W: GPU 0 (NVIDIA H100 80GB HBM3) takes 450 W to 4200 W.", outside.Error);
        Assert.Contains("limits of one command", two.Error);
        Assert.Contains("'low' is not a power limit", word.Error);
        Assert.Contains("no device here takes a power limit: there is no NVIDIA GPU; there is no processor package", none.Error);
        Assert.Equal(4200, gpu.Limit);
    }

    /// <summary>Starts a bench whose command waits while the limit is changed, and waits until it is.</summary>
    static async Task<Process> StartAsync(TonneCommand tonne, LimitedGpu gpu)
    {
        var bench = tonne.Start(["bench", .. Short, "--runs", "2", "--power-limit", "900W", "--", .. gpu.Wait]);
        await gpu.WaitForWorkAsync();
        return bench;
    }

    /// <summary>The guardian of a bench; null if there is none.</summary>
    static int? FindGuardian(TonneCommand tonne)
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid))
                continue;
            try
            {
                var words = File.ReadAllText(Path.Combine(folder, "cmdline")).Split('\0');
                if (words.Contains("__limits") && words.Contains(tonne.Home))
                    return pid;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // It has ended meanwhile.
            }
        }

        return null;
    }

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
