using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Tonne.Trials.Pages;

/// <summary>The pages of <c>tonne serve</c> in a real browser, on a ledger with a run that is recorded now, hostile names and many runs.</summary>
/// <remarks>The browser is driven by <c>web/trial/dashboard.mjs</c>, which says what it checks.</remarks>
public class DashboardTrials
{
    const int Runs = 50;
    const string HostileName = "</script><img src=x onerror=\"window.__stolen=1\"><script>window.__stolen=1</script>\u202Eevil\u0007";

    [Fact]
    public async Task Every_page_loads_can_be_read_by_everybody_and_shows_the_figures_of_the_command_line()
    {
        Needs.Program("/usr/bin/chromium", "chromium");
        var driver = Path.Combine(TonneCommand.Repository, "web", "node_modules", "playwright-core");
        Assert.SkipUnless(Directory.Exists(driver), "the modules of web/ are missing (npm ci in web/)");
        var node = Needs.Program("/usr/bin/node", "nodejs");
        using var tonne = new TonneCommand();
        var csv = tonne.Write("emissions.csv", CreateRows());
        (await tonne.RunAsync("ledger", "import", "codecarbon", csv)).Expect(0);
        (await tonne.RunAsync("run", "-q", "--name", HostileName, "--project", HostileName, "--tag", $"note={HostileName}", "--zone", "FR", "--", "sh", "-c", "sleep 1; exit 3")).Expect(3);
        (await tonne.RunAsync("run", "-q", "--zone", "FR", "--", "sleep", "1")).Expect(0);
        (await tonne.RunAsync("budget", "set", "1e-9kg/month")).Expect(0);
        using var running = tonne.Start("run", "-q", "--name", HostileName, "--zone", "FR", "--", "sleep", "600");
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);

        var result = JsonNode.Parse((await tonne.RunOtherAsync(node, Path.Combine(TonneCommand.Repository, "web", "trial", "dashboard.mjs"),
            "--tonne", TonneCommand.Executable, "--runs", Runs.ToString(CultureInfo.InvariantCulture))).Expect(0).Output)!;
        running.Kill();
        await running.WaitForExitAsync(TestContext.Current.CancellationToken);

        foreach (var list in new[] { "errors", "failed", "axe", "overflow", "unreached", "unfocused", "hostile" })
            Assert.True(result[list]!.AsArray().Count == 0, $"{list}: {result[list]!.ToJsonString()}");
        Assert.True(result["pages"]!.AsArray().Count >= 15);
        Assert.Equal(Runs, (int)result["figures"]!["runs"]!);
        Assert.Empty(result["figures"]!["wrong"]!.AsArray());
        Assert.Contains("connection lost, trying again", (string)result["live"]!["said"]!, StringComparison.Ordinal);
        // On the screen within a second after it was read: half of the samples, as the machine may be busy with other trials.
        var late = result["live"]!["late_ms"]!.AsArray().Select(each => (double)each!).Order().ToList();
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"from sample to screen: median {late[late.Count / 2]:F0} ms, most {late[^1]:F0} ms; recovered {result["live"]!["recovered_ms"]} ms after the server was started again"));
        Assert.True(late[late.Count / 2] <= 1000, result["live"]!.ToJsonString());
    }

    /// <summary>Runs with random energies, in CodeCarbon's columns.</summary>
    static string CreateRows()
    {
        var random = new Random(1958);
        var text = new StringBuilder("timestamp,project_name,run_id,experiment_id,duration,emissions,emissions_rate,cpu_power,gpu_power,ram_power,cpu_energy,gpu_energy,ram_energy,energy_consumed,"
            + "country_name,country_iso_code,region,cloud_provider,cloud_region,os,python_version,codecarbon_version,cpu_count,cpu_model,gpu_count,gpu_model,longitude,latitude,ram_total_size,tracking_mode,on_cloud,pue\n");
        for (var i = 0; i < Runs + 10; i++)
        {
            var (cpu, gpu, memory) = (Draw(), Draw(), Draw());
            var seconds = (random.NextDouble() * 5000) + 10;
            text.Append(CultureInfo.InvariantCulture,
                $"{new DateTime(2026, (i % 9) + 1, 3, 4, 5, 6, DateTimeKind.Utc):s},project{i % 7},{new Guid(i, 0, 0, new byte[8])},x,{seconds},{(cpu + gpu + memory) * 0.056},0,1,1,1,{cpu},{gpu},{memory},{cpu + gpu + memory},")
                .Append("France,FRA,ile-de-france,,,Linux-6.8,3.12.3,2.8.3,16,AMD EPYC 7763,1,1 x NVIDIA A100,2.35,48.85,64.0,machine,N,1.0\n");
        }

        return text.ToString();

        // From µWh to MWh, so that every unit is printed.
        double Draw() => Math.Pow(10, (random.NextDouble() * 12) - 9);
    }
}
