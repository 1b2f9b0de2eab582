using System.Text.Json.Nodes;

namespace Tonne.Trials.Measuring;

/// <summary><c>--strict</c>: fails instead of using modelled energy, before the start or at the end.</summary>
public class StrictTrials
{
    // codecarbon#239: errors as warnings: "the user won't be the wiser".
    [Fact]
    public async Task A_machine_whose_energy_would_be_modelled_is_refused_before_the_command_starts()
    {
        using var tonne = new TonneCommand();
        var machine = new StandInMachine(tonne);

        var finished = await tonne.RunAsync("run", "--strict", "--sysroot", machine.Root, "--", "touch", tonne.At("started"));

        Assert.Equal(125, finished.Code);
        Assert.Contains("cpu, memory would be modelled", finished.Error);
        Assert.Contains("tonne doctor", finished.Error);
        Assert.False(File.Exists(tonne.At("started")));
    }

    [Fact]
    public async Task A_machine_with_meters_of_processors_and_memory_gives_measured_energy_alone_and_says_what_it_leaves_out()
    {
        using var tonne = new TonneCommand();
        var machine = new StandInMachine(tonne);
        machine.Zone("intel-rapl:0", "package-0");
        machine.Zone("intel-rapl:0:0", "dram");
        machine.Step(0.2, [30, 4]).Step(0.2, [10, 2]);

        var run = await machine.PlayAsync("100ms", "--strict");

        Assert.Equal(["cpu", "memory"], run.Components.Select(component => (string?)component["component"]));
        var energy = run.Root["machine_energy_kwh"]!;
        Assert.Equal(("measured", 1d), ((string?)energy["quality"], (double)energy["measured_share"]!));
        Assert.Contains("it(cpu+memory)", (string?)energy["boundary"]);
        Assert.Equal(46 / 3.6e6, (double)energy["value"]!, 46 / 3.6e6 * 0.001);
    }

    [Fact]
    public async Task A_meter_that_fails_on_the_way_makes_the_run_end_in_failure_and_the_record_says_which()
    {
        using var tonne = new TonneCommand();
        var machine = new StandInMachine(tonne);
        machine.Zone("intel-rapl:0", "package-0");
        machine.Zone("intel-rapl:0:0", "dram");
        var counter = Path.Combine(machine.Root, "sys/class/powercap/intel-rapl:0/energy_uj");
        machine.Step(0.2, [30, 4]);

        var output = tonne.At("run.json");
        var finished = await tonne.RunAsync("run", "-q", "--strict", "--sysroot", machine.Root, "--period", "50ms", "--output", output, "--",
            "sh", "-c", $"sleep 0.2; echo nonsense > {counter}; sleep 0.3");

        Assert.Equal(1, finished.Code);
        Assert.Contains("--strict: rapl:package-0 gave no value", finished.Error);
        Assert.NotEmpty(JsonNode.Parse(await File.ReadAllTextAsync(output, TestContext.Current.CancellationToken))!["gaps"]!.AsArray());
    }
}
