using System.Globalization;

namespace Tonne.Cli.Tests.Planning;

public sealed class PlanJobsTests : IDisposable
{
    readonly PlanTerminal _terminal = new();

    public void Dispose() => _terminal.Dispose();

    string Series() => _terminal.WriteHours(
        "fr.csv", new double?[] { 500, 500, 100, 100, 300, 300 }.Concat(Enumerable.Repeat<double?>(500, 18)));

    /// <summary>
    /// Two jobs of two hours want the same clean two hours; the one with more power has them: 1 kW · 200 g + 0.1 kW · 600 g.
    /// </summary>
    [Fact]
    public void Jobs_of_a_CSV_file_share_the_machine()
    {
        var plan = _terminal.Json(
            "--jobs", _terminal.Write("jobs.csv", "name,hours,kwh,power,finish_by\nsmall,2,0.2,,6h\nlarge,2,,1kW,6h\n"), "--series",
                Series());
        var jobs = plan["jobs"]!.AsArray();

        Assert.Equal(("tonne.plan-jobs/1", true, 0.26),
            ((string)plan["schema"]!, (bool)plan["is_exact"]!, Math.Round((double)plan["emissions_kg"]!["value"]!, 12)));
        Assert.Equal(["large", "small"], jobs.Select(job => (string)job!["name"]!));
        Assert.Equal("2026-06-01T02:00:00+00:00", (string)jobs[0]!["segments"]![0]!["from"]!);
        // As they come: 0.1 kW · 1,000 g + 1 kW · 200 g = 300 g.
        Assert.Equal(0.3, (double)plan["first_come_first_served_kg"]!, 1e-12);
        Assert.Equal(1 - (0.26 / 0.3), (double)plan["saving_share"]!, 1e-12);
    }

    [Fact]
    public void Jobs_of_a_YAML_file_are_the_same()
    {
        var csv = _terminal.Json(
            "--jobs", _terminal.Write("jobs.csv", "name,duration,power,finish_by,pauses\na,2h,1kW,6h,1\nb,1h,500W,6h,\n"), "--series",
                Series());
        var yaml = _terminal.Json(
            "--jobs", _terminal.Write(
                "jobs.yaml", "jobs:\n- {name: a, duration: 2h, power: 1kW, finish-by: 6h, pauses: 1}\n- name: b\n  kwh: 0.5\n  power: 500W\n  finish-by: 6h\n"), "--series", Series());

        Assert.Equal(csv["jobs"]!.ToJsonString(), yaml["jobs"]!.ToJsonString());
    }

    [Fact]
    public void A_job_that_may_be_paused_has_several_segments()
    {
        // Hours 1 and 3 are clean, and hour 2 is the other job's.
        var series = _terminal.WriteHours("fr.csv", [500, 10, 100, 10, 500, 500]);
        var plan = _terminal.Json(
            "--jobs", _terminal.Write(
                "jobs.csv", "name,hours,power,earliest,finish_by,pauses\nlong,2,1kW,,6h,1\nshort,1,1kW,02:00,3h,0\n"), "--series", series);

        Assert.Equal(2, plan["jobs"]!.AsArray().First(job => (string)job!["name"]! == "long")!["segments"]!.AsArray().Count);
        Assert.Equal(0.120, (double)plan["emissions_kg"]!["value"]!, 1e-12);
    }

    [Fact]
    public void Beyond_five_jobs_the_best_plan_found_has_a_stated_bound()
    {
        var random = new Random(3);
        var series = _terminal.WriteHours("fr.csv", Enumerable.Range(0, 72).Select(_ => (double?)random.Next(50, 500)));
        var rows = string.Concat(
            Enumerable.Range(0, 12)
                .Select(i => string.Create(CultureInfo.InvariantCulture, $"job {i},{random.Next(1, 5)},{random.Next(100, 500)}W,72h\n")));
        string[] words = ["--jobs", _terminal.Write("jobs.csv", "name,hours,power,finish_by\n" + rows), "--series", series];

        var plan = _terminal.Json(words);
        Assert.False((bool)plan["is_exact"]!);
        Assert.True((double)plan["lower_bound_kg"]! < (double)plan["emissions_kg"]!["value"]!);
        Assert.Contains("the best plan found; at most", _terminal.Plan(words).Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("name,hours,power\na,2,much\n", "line 2: power 'much'")]
    [InlineData("name,hours,power\na,-2,1kW\n", "line 2: hours '-2'")]
    [InlineData("name,power\na,1kW\n", "how long does it take")]
    [InlineData("name,hours,kwh,power\na,1,2,1kW\n", "one too many")]
    [InlineData("name,hours,colour\na,1,red\n", "no column 'colour'")]
    [InlineData("name,hours,finish_by\na,5,2h\n", "cannot be finished by 2026-06-01 02:00 UTC")]
    [InlineData("name,hours,pauses\na,5,often\n", "pauses 'often'")]
    [InlineData("name,hours,finish_by\na,3,4h\nb,3,4h\n", "do not fit on the machine")]
    [InlineData("", "has no rows")]
    public void A_job_that_cannot_be_planned_is_named(string text, string message) =>
        Assert.Contains(message, _terminal.Refuse("--jobs", _terminal.Write("jobs.csv", text), "--series", Series()),
            StringComparison.Ordinal);

    [Fact]
    public void Options_of_one_job_several_places_and_a_folder_are_refused()
    {
        var file = _terminal.Write("jobs.csv", "name,hours\na,1\n");

        Assert.Contains("--duration is for one job", _terminal.Refuse("--jobs", file, "--duration", "2h", "--series", Series()),
            StringComparison.Ordinal);
        Assert.Contains("one machine, at one place; 2 places", _terminal.Refuse("--jobs", file, "--zones", "FR,DE"),
            StringComparison.Ordinal);
        Assert.Contains("is a folder", _terminal.Refuse("--jobs", _terminal.Folder, "--series", Series()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_job_without_energy_is_planned_with_a_kilowatt_which_is_said() =>
        Assert.Contains("planned with 1 kW", _terminal.Plan("--jobs", _terminal.Write("jobs.csv", "name,hours\na,1\n"), "--series",
            Series()).Out, StringComparison.Ordinal);
}
