using Tonne.Trials.Measuring;

namespace Tonne.Trials.Surface;

/// <summary>If no place is given, the cloud is asked or the time zone is read, and the origin is reported.</summary>
public class PlaceTrials
{
    static StandInMachine CloudMachine(TonneCommand tonne, string vendor, string product)
    {
        var machine = new StandInMachine(tonne);
        machine.Write("sys/class/dmi/id/sys_vendor", vendor + "\n");
        machine.Write("sys/class/dmi/id/product_name", product + "\n");
        tonne.Environment["TZ"] = "UTC";
        return machine;
    }

    static async Task<RunJson> RunAsync(TonneCommand tonne, StandInMachine machine, params string[] options) =>
        (await tonne.MeasureAsync(["-q", "--sysroot", machine.Root, .. options], "/bin/sleep", "0.3")).Run;

    [Fact]
    public async Task The_region_of_the_cloud_is_asked_and_said()
    {
        using var tonne = new TonneCommand();
        using var cloud = new CloudStandIn(request => request.Contains("metadata-flavor: google", StringComparison.OrdinalIgnoreCase) ? "projects/123/zones/europe-west9-a" : null);
        tonne.Environment["TONNE_CLOUD_METADATA"] = cloud.Address;
        var machine = CloudMachine(tonne, "Google", "Google Compute Engine");

        // A cloud has 50 ms to answer; on a machine as busy as this one it may need another try, which is then reported.
        RunJson run;
        var tries = 0;
        do
        {
            run = await RunAsync(tonne, machine);
            Assert.True(cloud.Asked > tries, "nobody asked");
        }
        while ((string?)run.Root["place"]!["how"] != "cloud metadata" && ((string?)run.Root["place"]!["detail"])!.Contains("did not answer", StringComparison.Ordinal) && ++tries < 10);

        Assert.Equal("cloud metadata", (string?)run.Root["place"]!["how"]);
        Assert.Equal("gcp:europe-west9", (string?)run.Root["place"]!["region"]);
        Assert.Equal("FR", (string?)run.Root["grid"]!["zone"]);
        // A cloud knows its place, so it is not reported as a guess.
        Assert.False((bool)run.Root["place"]!["guessed"]!);
    }

    [Fact]
    public async Task A_place_that_was_given_asks_nobody()
    {
        using var tonne = new TonneCommand();
        using var cloud = new CloudStandIn(_ => "projects/123/zones/europe-west9-a");
        tonne.Environment["TONNE_CLOUD_METADATA"] = cloud.Address;

        var run = await RunAsync(tonne, CloudMachine(tonne, "Google", "Google Compute Engine"), "--zone", "Sweden");

        Assert.Equal(0, cloud.Asked);
        Assert.Equal(("SE", "given"), ((string?)run.Root["place"]!["zone"], (string?)run.Root["place"]!["how"]));
        Assert.DoesNotContain("place-guessed", run.Warnings);
    }

    [Fact]
    public async Task Where_the_cloud_says_nothing_the_time_zone_is_taken()
    {
        using var tonne = new TonneCommand();
        using var cloud = new CloudStandIn(_ => null);
        tonne.Environment["TONNE_CLOUD_METADATA"] = cloud.Address;
        var machine = CloudMachine(tonne, "Amazon EC2", "m5.large");
        tonne.Environment["TZ"] = "Europe/Paris";

        var run = await RunAsync(tonne, machine);

        Assert.Equal(("FR", "time zone"), ((string?)run.Root["place"]!["zone"], (string?)run.Root["place"]!["how"]));
        Assert.Contains("Europe/Paris", (string?)run.Root["place"]!["detail"], StringComparison.Ordinal);
        Assert.Contains("place-guessed", run.Warnings);
    }

    [Fact]
    public async Task Where_nothing_is_known_it_is_the_world_with_wide_bounds()
    {
        using var tonne = new TonneCommand();
        var machine = new StandInMachine(tonne);
        tonne.Environment["TZ"] = "UTC";

        var run = await RunAsync(tonne, machine);

        Assert.Equal("WORLD", (string?)run.Root["grid"]!["zone"]);
        var intensity = run.Root["grid"]!["intensity_g_per_kwh"]!;
        Assert.True((double)intensity["high"]! > 10 * (double)intensity["low"]!);
        Assert.Contains("unknown; the world's mean", (await tonne.RunAsync("report", "last", "--model-card")).Expect(0).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\n  geographical_location:", (await tonne.RunAsync("report", "last", "--hugging-face")).Expect(0).Output, StringComparison.Ordinal);
        Assert.Contains("place-guessed", run.Warnings);
    }

    [Fact]
    public async Task A_file_in_the_folder_settles_it_and_a_wrong_key_is_reported()
    {
        using var tonne = new TonneCommand();
        tonne.Write("tonne.yaml", "zone: NO\npue: 1.1\n");

        var (_, run) = await tonne.MeasureAsync(["-q"], "true");

        Assert.Equal("NO", (string?)run.Root["grid"]!["zone"]);
        Assert.Equal(1.1, (double)run.Root["facility"]!["pue"]!);
        Assert.Contains("tonne.yaml", (await tonne.RunAsync("config")).Expect(0).Output, StringComparison.Ordinal);
        tonne.Write("tonne.yaml", "zoen: NO\n");
        Assert.Contains("Did you mean zone", (await tonne.RunAsync("run", "--", "true")).Expect(2).Error, StringComparison.Ordinal);
    }
}
