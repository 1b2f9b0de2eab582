using System.Text.Json.Nodes;

namespace Tonne.Trials.Faults;

/// <summary>A ledger that cannot be written: the child runs, the reason is reported, earlier runs are unchanged.</summary>
public class HomeTrials
{
    static readonly string[] Child = ["/bin/sh", "-c", "echo out; echo err >&2; exit 3"];

    static void Unharmed(Finished finished)
    {
        finished.Expect(3);
        Assert.Equal("out\n", finished.Output);
        Assert.Contains("err\n", finished.Error, StringComparison.Ordinal);
    }

    static async Task<JsonArray> ListAsync(TonneCommand tonne) =>
        JsonNode.Parse((await tonne.RunAsync("list", "--json")).Expect(0).Output)!["runs"]!.AsArray();

    [Fact]
    public async Task A_file_in_the_place_of_the_home_is_said_and_the_run_is_still_summed_up()
    {
        using var tonne = new TonneCommand();
        tonne.Home = tonne.Write("home", "not a folder\n");

        var (finished, run) = await tonne.MeasureAsync([], Child);

        Unharmed(finished);
        Assert.Contains("tonne: ", finished.Error, StringComparison.Ordinal);
        Assert.Contains(tonne.Home, finished.Error, StringComparison.Ordinal);
        Assert.Contains("will not be in the ledger", finished.Error, StringComparison.Ordinal);
        Assert.Equal(3, run.ExitCode);
        Assert.Equal("not a folder\n", await File.ReadAllTextAsync(tonne.Home, TestContext.Current.CancellationToken));
        var listed = await tonne.RunAsync("list");
        Assert.True(listed.Code is 0 or 1 && listed.Error.StartsWith("tonne: ", StringComparison.Ordinal) == (listed.Code == 1), $"{listed}");
    }

    [Fact]
    public async Task A_disk_that_was_full_before_is_said_and_the_run_is_still_summed_up()
    {
        using var tonne = new TonneCommand();
        using var disk = new SmallDisk(tonne.At("disk"), 256);
        tonne.Home = Path.Combine(disk.Folder, "home");
        (await tonne.RunAsync("run", "-q", "--name", "earlier", "--", "true")).Expect(0);
        disk.Fill();

        var (finished, run) = await tonne.MeasureAsync([], Child);

        Unharmed(finished);
        Assert.Contains("the disk is full", finished.Error, StringComparison.Ordinal);
        Assert.Equal(3, run.ExitCode);
        disk.Free();
        Assert.Equal("earlier", (string?)Assert.Single(await ListAsync(tonne))!["name"]);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(tonne.Home, "runs"), ".*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_disk_that_fills_up_on_the_way_is_said_and_the_figures_are_whole()
    {
        using var tonne = new TonneCommand();
        using var disk = new SmallDisk(tonne.At("disk"), 256);
        tonne.Home = Path.Combine(disk.Folder, "home");
        (await tonne.RunAsync("run", "-q", "--name", "earlier", "--", "true")).Expect(0);

        var (finished, run) = await tonne.MeasureAsync(["--period", "10ms", "--name", "filled"],
            "/bin/sh", "-c", $"cat /dev/zero > {disk.Folder}/filler 2>/dev/null; sleep 1; echo out; echo err >&2; exit 3");

        Unharmed(finished);
        Assert.Contains("No space left", finished.Error, StringComparison.OrdinalIgnoreCase);
        Assert.Equal((3, "failed"), (run.ExitCode, run.Status));
        // A second of samples every 10 ms cannot have been written to this disk.
        Assert.True(run.DurationSeconds >= 1 && run.Samples >= 30, $"{run.DurationSeconds} s, {run.Samples} samples");
        disk.Free();
        var listed = (await ListAsync(tonne)).ToDictionary(entry => (string)entry!["name"]!, entry => (string)entry!["status"]!);
        Assert.Equal("completed", listed["earlier"]);
        // The part that was written before the disk was full; whether its end is known depends on the last free bytes.
        Assert.True(listed["filled"] is "interrupted" or "failed", listed["filled"]);
    }

    [Fact]
    public async Task An_import_of_intensities_on_a_full_disk_keeps_all_or_nothing()
    {
        using var tonne = new TonneCommand();
        using var disk = new SmallDisk(tonne.At("disk"), 200);
        tonne.Home = Path.Combine(disk.Folder, "home");
        var few = tonne.Write("few.csv", "zone,timestamp_utc,gco2e_per_kwh,basis\nFR,2026-01-31T22:00Z,10,lifecycle\n");
        var year = tonne.Write("year.csv", "zone,timestamp_utc,gco2e_per_kwh,basis\n" + string.Concat(Enumerable.Range(0, 8760).Select(hour => string.Create(
            System.Globalization.CultureInfo.InvariantCulture, $"FR,{new DateTime(2026, 1, 1).AddHours(hour):yyyy-MM-dd'T'HH:mm'Z'},{hour % 97},lifecycle\n"))));
        (await tonne.RunAsync("grid", "import", few)).Expect(0);

        // A year of hours needs some 230 KiB: some of the months fit.
        var full = (await tonne.RunAsync("grid", "import", year)).Expect(1);

        Assert.Contains("the disk is full", full.Error, StringComparison.Ordinal);
        Assert.Contains("Nothing of this import was kept", full.Error, StringComparison.Ordinal);
        Assert.Contains("Free some space", full.Error, StringComparison.Ordinal);
        var kept = Assert.Single(Directory.GetFiles(tonne.Home, "2026-*", SearchOption.AllDirectories));
        Assert.Equal(["timestamp_utc,minutes,gco2e_per_kwh", "2026-01-31T22:00Z,60,10"], await File.ReadAllLinesAsync(kept, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_limit_on_the_size_of_files_ends_neither_tonne_nor_the_child()
    {
        using var tonne = new TonneCommand();

        (await tonne.RunAsync("run", "-q", "--name", "earlier", "--", "true")).Expect(0);
        var limit = (new FileInfo(Path.Combine(tonne.RunFolders()[0], "trace")).Length / 1024) + 2;

        // Space for the opening and some samples; .NET itself maps a larger file unless that is switched off. The kernel's signal for this
        // (SIGXFSZ) ends a program that does not expect it.
        var finished = await tonne.RunOtherAsync("/bin/bash", "-c", $"export DOTNET_EnableWriteXorExecute=0; ulimit -f {limit}; exec \"$@\"", "bash",
            TonneCommand.Executable, "run", "--period", "10ms", "--name", "limited", "--", "/bin/sh", "-c", "sleep 1; echo out; echo err >&2; exit 3");

        Unharmed(finished);
        Assert.Contains("ulimit -f", finished.Error, StringComparison.Ordinal);
        Assert.Contains("CO2e", finished.Error, StringComparison.Ordinal);
        var listed = (await ListAsync(tonne)).ToDictionary(entry => (string)entry!["name"]!, entry => (string)entry!["status"]!);
        Assert.Equal("completed", listed["earlier"]);
        Assert.True(listed["limited"] is "failed" or "interrupted", listed["limited"]);
    }

    [Fact]
    public async Task A_read_only_home_can_still_be_asked()
    {
        using var tonne = new TonneCommand();
        using var disk = new SmallDisk(tonne.At("disk"), 512);
        tonne.Home = Path.Combine(disk.Folder, "home");
        (await tonne.RunAsync("run", "-q", "--name", "earlier", "--", "true")).Expect(0);
        using (var killed = tonne.Start("run", "-q", "--name", "left-open", "--", "sleep", "300"))
        {
            while (tonne.RunFolders().Length < 2)
                await Task.Delay(20, TestContext.Current.CancellationToken);
            killed.Kill(entireProcessTree: true);
            await killed.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        disk.MakeReadOnly();

        Unharmed((await tonne.MeasureAsync([], Child)).Finished);
        var listed = (await tonne.RunAsync("list", "--json")).Expect(0);
        Assert.Contains("earlier", JsonNode.Parse(listed.Output)!["runs"]!.AsArray().Select(run => (string?)run!["name"]));
        Assert.Contains("earlier", (await tonne.RunAsync("show", "earlier")).Expect(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_output_file_that_cannot_be_written_is_said_and_the_run_is_in_the_ledger()
    {
        using var tonne = new TonneCommand();

        var finished = await tonne.RunAsync(["run", "--output", tonne.At("no/such/folder/run.json"), "--", .. Child]);

        Unharmed(finished);
        Assert.Contains("no/such/folder", finished.Error, StringComparison.Ordinal);
        Assert.Single(await ListAsync(tonne));
    }

    [Fact]
    public async Task A_user_without_rights_runs_like_any_other()
    {
        Needs.Root("becomes another user");
        using var tonne = new TonneCommand();
        var reach = await tonne.RunOtherAsync("setpriv", "--reuid=54321", "--regid=54321", "--clear-groups", TonneCommand.Executable, "--version");
        Assert.SkipUnless(reach.Code == 0, "another user may not read this clone");
        Directory.CreateDirectory(tonne.Home);

        var finished = await tonne.RunOtherAsync(["setpriv", "--reuid=54321", "--regid=54321", "--clear-groups", TonneCommand.Executable, "run", "--", .. Child]);

        Unharmed(finished);
        Assert.Contains(tonne.Home, finished.Error, StringComparison.Ordinal);
        Assert.Contains("will not be in the ledger", finished.Error, StringComparison.Ordinal);
    }
}
