using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Tonne.Trials.Polling;

namespace Tonne.Trials.Calibrating;

/// <summary><c>tonne calibrate</c> beside a plug with known power, and the later runs that use the calibration.</summary>
public class CalibrateTrials
{
    [Fact]
    public async Task A_calibration_beside_a_plug_holds_the_truth_and_later_runs_name_it()
    {
        using var tonne = new TonneCommand();
        using var machine = new ActingMachine(tonne);
        using var plug = new HttpStandIn((path, _) => path == "/rpc/Shelly.GetStatus"
            ? (200, string.Create(CultureInfo.InvariantCulture, $$"""{"switch:0":{"id":0,"apower":{{machine.PlugWatts:0.0}},"voltage":230.1,"aenergy":{"total":1.0} } }""")) : (404, ""));
        tonne.Environment["TONNE_SYSROOT"] = machine.Root;

        var made = await CalibrateAsync(machine, tonne.Start("calibrate", "--json", "--minutes", "0.3", "--meter", $"shelly://{plug.Host}?every=100ms"));

        // 25 + 1.3 · 10 = 38 W idle, 25 + 1.3 · 70 = 116 W at full load.
        Holds(made["idle_w"]!, 38, 1.1);
        Holds(made["full_w"]!, 116, 1.15);
        Holds(made["package_idle_w"]!, 10.6, 1.2);
        Assert.Equal(24, made["blocks"]!.AsArray().Count);
        Assert.True(File.Exists((string?)made["kept_in"]));

        machine.Load = 0.2;
        var id = (string)made["id"]!;
        var (_, run) = await tonne.MeasureAsync(["-q", "--zone", "FR"], "sleep", "0.5");
        var explained = (await tonne.RunAsync("explain", "last", "energy")).Expect(0).Output;
        Assert.Contains(id, string.Join(' ', run.Root["sources"]!.AsArray().Select(source => source!.ToJsonString())), StringComparison.Ordinal);
        Assert.Contains(id, explained.ReplaceLineEndings(" ").Replace(" ", "", StringComparison.Ordinal).Replace("│", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("everything else over processor", explained, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Figures_typed_in_take_the_place_of_the_catalog_and_none_is_lost()
    {
        using var tonne = new TonneCommand();

        var before = (await tonne.RunAsync("doctor")).Expect(0).Output;
        (await tonne.RunAsync("calibrate", "--plug-idle", "42", "--plug-full", "118")).Expect(0);
        (await tonne.RunAsync("calibrate", "--plug-idle", "40,41", "--plug-full", "117", "--plug-half", "90")).Expect(0);
        (await tonne.RunAsync("calibrate", "--plug-idle", "1", "--plug-full", "2", "--dry-run")).Expect(0);
        var after = (await tonne.RunAsync("doctor")).Expect(0).Output;
        var (_, run) = await tonne.MeasureAsync(["-q", "--zone", "FR"], "sh", "-c", "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done");

        Assert.DoesNotContain("calibration of this machine", before, StringComparison.Ordinal);
        Assert.Contains("40.5 W idle, 117 W at full load", after.ReplaceLineEndings(" ").Replace("  ", " ", StringComparison.Ordinal).Replace("  ", " ", StringComparison.Ordinal), StringComparison.Ordinal);
        var kept = JsonNode.Parse(await File.ReadAllTextAsync(tonne.At(".config/tonne/calibrations.json"), TestContext.Current.CancellationToken))!["calibrations"]!.AsArray();
        Assert.Equal([42, 40.5], kept.Select(one => (double)one!["idle"]!["best"]!));
        Assert.Contains((string)kept[1]!["id"]!, run.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain((string)kept[0]!["id"]!, run.ToString(), StringComparison.Ordinal);
        tonne.Environment["TONNE_CALIBRATION"] = "none";
        Assert.DoesNotContain("calibration of this machine", (await tonne.RunAsync("doctor")).Expect(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_busy_machine_is_refused_and_so_is_one_that_nobody_reads()
    {
        using var tonne = new TonneCommand();
        using var machine = new ActingMachine(tonne) { Load = 0.6 };
        using var plug = new HttpStandIn((path, _) => (200, """{"switch:0":{"id":0,"apower":100,"aenergy":{"total":1.0} } }"""));
        tonne.Environment["TONNE_SYSROOT"] = machine.Root;

        var busy = await tonne.RunAsync("calibrate", "--quick", "--meter", $"shelly://{plug.Host}");
        var nobody = await tonne.RunAsync("calibrate", "--quick");
        var alone = await tonne.RunAsync("calibrate", "--plug-idle", "42");
        var absurd = await tonne.RunAsync("calibrate", "--plug-idle", "118", "--plug-full", "42");

        Assert.Contains("not idle", busy.Expect(1).Error, StringComparison.Ordinal);
        Assert.Contains("--plug-idle 42 --plug-full 118", nobody.Expect(2).Error, StringComparison.Ordinal);
        Assert.Contains("go together", alone.Expect(2).Error, StringComparison.Ordinal);
        Assert.Contains("hardly moved", absurd.Expect(1).Error, StringComparison.Ordinal);
        Assert.False(File.Exists(tonne.At(".config/tonne/calibrations.json")));
    }

    [Fact]
    public async Task A_person_is_asked_for_what_the_plug_reads()
    {
        using var tonne = new TonneCommand();

        using var machine = new ActingMachine(tonne);
        tonne.Environment["TONNE_SYSROOT"] = machine.Root;

        var made = await CalibrateAsync(machine, tonne.StartOther("sh", "-c", "printf 'forty\\n40\\n118 118.5\\n\\n' | \"$TONNE\" calibrate --ask --minutes 0.1 --json"), "'forty' is not a power");

        Assert.Equal([40, 118, 118.5], made["blocks"]!.AsArray().Select(block => (double)block!["plug_w"]!));
        Assert.Equal("a plug meter read off", (string?)made["meter"]);
    }

    /// <summary>Calibrates to the end, while the machine has a given load.</summary>
    static async Task<JsonNode> CalibrateAsync(ActingMachine machine, Process calibrating, string? saying = null)
    {
        using (calibrating)
        {
            var output = calibrating.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            var said = "";
            while (await calibrating.StandardError.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            {
                said += line + "\n";
                machine.Load = line switch
                {
                    _ when line.Contains("left   idle", StringComparison.Ordinal) || line.Contains("Idle: settling", StringComparison.Ordinal) => 0.01,
                    _ when line.Contains("left   full", StringComparison.Ordinal) || line.Contains("With every thread busy: settling", StringComparison.Ordinal) => 1,
                    _ when line.Contains("left   half", StringComparison.Ordinal) || line.Contains("settling", StringComparison.Ordinal) => 0.5,
                    _ => machine.Load,
                };
            }

            await calibrating.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(calibrating.ExitCode == 0, said);
            Assert.Contains(saying ?? "", said, StringComparison.Ordinal);
            return JsonNode.Parse(await output)!;
        }
    }

    static void Holds(JsonNode figure, double truth, double width)
    {
        var (low, high) = ((double)figure["low"]!, (double)figure["high"]!);
        Assert.InRange(truth, low, high);
        Assert.InRange(high / low, 1, width);
    }
}
