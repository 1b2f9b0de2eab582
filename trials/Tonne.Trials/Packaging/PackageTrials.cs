using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Tonne.Trials.Packaging;

/// <summary>Each package that <c>./package</c> makes is installed into a clean folder and used there, without the clone.</summary>
[Collection(nameof(Alone))]
public partial class PackageTrials(PackageSet packages) : IClassFixture<PackageSet>
{
    // What a machine has that has neither .NET nor tonne.
    const string PlainPath = "/usr/bin:/bin";
    const long Megabyte = 1_000_000;

    static readonly string[] _libraries =
    [
        "Tonne.Core", "Tonne.Recording", "Tonne.Instruments", "Tonne.Ledgers", "Tonne.Estimation", "Tonne.Reporting",
        "Tonne.Hosting", "Tonne.OpenTelemetry", "Tonne.Extensions.AI", "Tonne.Services",
    ];

    [Fact]
    public void A_library_package_has_readme_icon_licence_commit_and_symbols()
    {
        var version = GetVersion();
        foreach (var library in _libraries)
        {
            using var package = ZipFile.OpenRead(packages.Find($"{library}.{version}.nupkg"));
            using var symbols = ZipFile.OpenRead(packages.Find($"{library}.{version}.snupkg"));
            var names = package.Entries.Select(entry => entry.FullName).ToList();
            foreach (var file in new[] { "README.md", "icon.png", "NOTICE" })
                Assert.Contains(file, names);
            Assert.Contains(names, name => name.StartsWith("lib/net10.0/", StringComparison.Ordinal) && name.EndsWith(".xml", StringComparison.Ordinal));
            Assert.Contains(symbols.Entries, entry => entry.FullName.EndsWith(".pdb", StringComparison.Ordinal));
            using var stream = package.GetEntry(library + ".nuspec")!.Open();
            var metadata = XDocument.Load(stream).Root!.Elements().First();
            string? Value(string name) => metadata.Elements().FirstOrDefault(element => element.Name.LocalName == name)?.Value;
            Assert.Equal(("Apache-2.0", "README.md", "icon.png"), (Value("license"), Value("readme"), Value("icon")));
            Assert.Matches("^[0-9a-f]{40}$", (string?)metadata.Elements().First(element => element.Name.LocalName == "repository").Attribute("commit"));
        }
    }

    [Fact]
    public async Task The_samples_of_the_library_work_as_typed_in_a_fresh_project_that_names_the_packages()
    {
        var version = GetVersion();
        using var tonne = new TonneCommand();
        UseFeed(tonne);
        tonne.Write("Fresh.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Tonne" Version="{version}" />
                <PackageReference Include="Tonne.Hosting" Version="{version}" />
                <PackageReference Include="Microsoft.Extensions.Hosting" Version="10.0.14" />
              </ItemGroup>
            </Project>
            """);
        var page = await File.ReadAllTextAsync(Path.Combine(TonneCommand.Repository, "docs", "library.md"), TestContext.Current.CancellationToken);
        var samples = Sample().Matches(page).Select(match => match.Groups[1].Value).ToList();
        // What each prints, in the order of the page.
        string[] printed = [@"^\S+ kg CO2e \(\S+ to \S+\)$", @"^\S+ kg CO2e, .*Ember", @"^training  [0-9,]+ kg CO2e, [0-9,]+ chip hours\na request \S+ mg CO2e", @"^start 10:00: 1\.152 in place of 4\.608 kg CO2e$", @"^\d{8}-\S+  mnist\n(.*\n)*emissions_kg", "True$", "^True$"];
        Assert.Equal(printed.Length, samples.Count);

        foreach (var (sample, expected) in samples.Zip(printed))
        {
            tonne.Write("Program.cs", sample);
            var finished = (await tonne.RunOtherAsync("dotnet", "run", "-v", "quiet", "-p:UseAppHost=false")).Expect(0);
            Assert.Matches(new Regex(expected, RegexOptions.Multiline, TimeSpan.FromSeconds(5)), finished.Output.TrimEnd());
        }

        var shown = new RunJson((await tonne.RunAsync("show", "mnist", "--json")).Expect(0).Output);
        Assert.Equal("train", (string?)shown.Root["stages"]![0]!["name"]);
    }

    [Fact]
    public async Task The_example_of_a_training_records_its_stages_and_epochs()
    {
        _ = GetVersion();
        using var tonne = new TonneCommand();
        UseFeed(tonne);
        CopyExample(tonne, "dotnet");

        var finished = (await tonne.RunOtherAsync("dotnet", "run", "-v", "quiet", "--project", tonne.At("dotnet"))).Expect(0);

        Assert.Matches(@"epoch 5 .*\n.* mWh, .* mg CO2e \(.* to .*\); more: tonne show ", finished.Output);
        var shown = new RunJson((await tonne.RunAsync("show", "softmax", "--json")).Expect(0).Output);
        Assert.Equal(["collect", "train"], shown.Root["stages"]!.AsArray().Select(stage => (string)stage!["name"]!).Where(name => name != "(outside)"));
        Assert.Equal(5, shown.Root["epochs"]!.AsArray().Count);
    }

    [Fact]
    public async Task The_example_of_a_web_endpoint_says_the_energy_of_each_request()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "ends the server by a signal");
        _ = GetVersion();
        using var tonne = new TonneCommand();
        UseFeed(tonne);
        CopyExample(tonne, "aspnet");
        (await tonne.RunOtherAsync("dotnet", "build", "-v", "quiet", tonne.At("aspnet"), "-o", tonne.At("built"))).Expect(0);
        using var server = tonne.StartOther("dotnet", tonne.At("built/Language.dll"), "--urls", "http://127.0.0.1:0");
        Uri? address = null;
        while (address is null && await server.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            address = Listening().Match(line) is { Success: true } found ? new Uri(found.Groups[1].Value) : null;
        var rest = server.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);

        using var client = new HttpClient { BaseAddress = address };
        async Task<JsonElement> AskAsync(string text) =>
            JsonDocument.Parse(await client.GetStringAsync(new Uri($"/language?text={Uri.EscapeDataString(text)}", UriKind.Relative), TestContext.Current.CancellationToken)).RootElement;
        Assert.Equal("de", (await AskAsync("Der Hund schläft im Garten unter dem Baum")).GetProperty("language").GetString());
        Assert.Equal("fr", (await AskAsync("Les enfants jouent dans le jardin")).GetProperty("language").GetString());
        JsonElement last = default;
        for (var round = 0; round < 200 && (last.ValueKind == JsonValueKind.Undefined || last.GetProperty("energyKwh").ValueKind != JsonValueKind.Number); round++)
        {
            last = (await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AskAsync("The children are playing in the garden"))))[^1];
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        (await tonne.RunOtherAsync("kill", "-TERM", server.Id.ToString(System.Globalization.CultureInfo.InvariantCulture))).Expect(0);
        await server.WaitForExitAsync(TestContext.Current.CancellationToken);
        _ = await rest;

        Assert.Equal("en", last.GetProperty("language").GetString());
        var (low, best, high) = (last.GetProperty("low").GetDouble(), last.GetProperty("energyKwh").GetDouble(), last.GetProperty("high").GetDouble());
        Assert.True(0 < low && low < best && best < high, $"{low} {best} {high}");
        var calls = JsonDocument.Parse((await tonne.RunAsync("calls", "--json")).Expect(0).Output).RootElement;
        Assert.Contains("trigrams", calls.ToString(), StringComparison.Ordinal);
        // The calls are a part of what the process used, and the run is the process.
        var run = new RunJson((await tonne.RunAsync("show", "last", "--json")).Expect(0).Output);
        Assert.Equal("completed", run.Status);
    }

    [Fact]
    public async Task The_tool_installs_for_this_system_alone_and_measures()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "measures on Linux");
        var version = GetVersion();
        using (var package = ZipFile.OpenRead(packages.Find($"Tonne.Tool.linux-x64.{version}.nupkg")))
            Assert.Single(package.Entries, entry => entry.Name.StartsWith("libe_sqlite3.", StringComparison.Ordinal));
        Assert.True(new FileInfo(packages.Find($"Tonne.Tool.linux-x64.{version}.nupkg")).Length < 10 * Megabyte);

        using var tonne = new TonneCommand();
        UseFeed(tonne);
        (await tonne.RunOtherAsync("dotnet", "tool", "install", "Tonne.Tool", "--tool-path", tonne.At("tools"), "--version", version)).Expect(0);
        Assert.Contains($"tonne {version}\n", (await tonne.RunOtherAsync(tonne.At("tools/tonne"), "--version")).Expect(0).Output, StringComparison.Ordinal);
        await MeasureAsync(tonne, tonne.At("tools/tonne"));
    }

    [Fact]
    public async Task The_archive_measures_and_serves_on_a_machine_without_NET()
    {
        var archive = packages.Find("tonne-0*-linux-x64.tar.gz");
        Assert.True(new FileInfo(archive).Length < 30 * Megabyte, $"{new FileInfo(archive).Length} bytes");
        using var tonne = new TonneCommand();
        tonne.Environment["PATH"] = PlainPath;
        (await tonne.RunOtherAsync("/bin/sh", "-c", $"cd '{packages.Folder}' && sha256sum --check --quiet SHA256SUMS")).Expect(0);
        (await tonne.RunOtherAsync("tar", "-xf", archive, "-C", tonne.Folder)).Expect(0);
        (await tonne.RunOtherAsync("tar", "-xf", packages.Find("tonne-server-*-linux-x64.tar.gz"), "-C", tonne.Folder)).Expect(0);

        var folder = Assert.Single(Directory.GetDirectories(tonne.Folder, "tonne-*"));
        var program = Path.Combine(folder, "tonne");
        Assert.Matches(@"build linux-x64, \w+", (await tonne.RunOtherAsync(program, "--version")).Expect(0).Output);
        await MeasureAsync(tonne, program);
        Assert.True(File.Exists(Path.Combine(folder, "server", "tonne-server")));
        Assert.Contains("tonne", await File.ReadAllTextAsync(Path.Combine(folder, "completions", "tonne.bash"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_Debian_package_installs_and_measures()
    {
        Needs.Root("dpkg installs into a folder as root");
        var package = packages.Find("tonne_*_amd64.deb");
        using var tonne = new TonneCommand();
        var root = tonne.At("root");
        Directory.CreateDirectory(Path.Combine(root, "var/lib/dpkg/info"));
        Directory.CreateDirectory(Path.Combine(root, "var/lib/dpkg/updates"));
        await File.WriteAllTextAsync(Path.Combine(root, "var/lib/dpkg/status"), "", TestContext.Current.CancellationToken);

        // The C library of the machine is not a package of that folder.
        tonne.Environment["PATH"] = "/usr/sbin:/sbin:" + PlainPath;
        (await tonne.RunOtherAsync("dpkg", "--root=" + root, "--force-depends", "--install", package)).Expect(0);

        Assert.Matches(@"libc6 \(>= 2\.\d+\)", (await tonne.RunOtherAsync("dpkg-deb", "--field", package, "Depends")).Expect(0).Output);
        await MeasureAsync(tonne, Path.Combine(root, "usr/bin/tonne"));
        Assert.True(File.Exists(Path.Combine(root, "usr/share/bash-completion/completions/tonne")));
        (await tonne.RunOtherAsync("dpkg", "--root=" + root, "--remove", "tonne")).Expect(0);
        Assert.False(Path.Exists(Path.Combine(root, "usr/lib/tonne")));
        Assert.Contains("server/tonne-server", (await tonne.RunOtherAsync("dpkg-deb", "--contents", packages.Find("tonne-server_*_amd64.deb"))).Expect(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_wheel_installs_into_a_fresh_environment_and_records_without_NET()
    {
        await Needs.ModuleAsync("venv", "python3-venv");
        var wheel = packages.Find("tonne-*.whl");
        Assert.True(new FileInfo(wheel).Length < 35 * Megabyte, $"{new FileInfo(wheel).Length} bytes");
        Assert.Matches(@"-py3-none-manylinux_2_\d+_x86_64\.whl$", wheel);
        using var tonne = new TonneCommand();
        tonne.Environment["PATH"] = PlainPath;
        (await tonne.RunOtherAsync(Needs.PythonPath, "-m", "venv", "--without-pip", tonne.At("venv"))).Expect(0);
        var python = tonne.At("venv/bin/python");
        (await tonne.RunOtherAsync(Needs.PythonPath, "-m", "pip", "--python", python, "install", "--quiet", "--no-index", wheel)).Expect(0);

        var script = tonne.Write("train.py", """
            import json, tonne
            with tonne.track("train", zone="FR") as t:
                with tonne.stage("fit"):
                    sum(i * i for i in range(3_000_000))
            print(json.dumps({"run": t.run, "kwh": t.energy_kwh, "kg": t.emissions_kg, "low": t.low, "high": t.high, "problem": t.problem}))
            """);
        var printed = JsonDocument.Parse((await tonne.RunOtherAsync(python, script)).Expect(0).Output).RootElement;

        Assert.Equal(JsonValueKind.Null, printed.GetProperty("problem").ValueKind);
        Assert.True(printed.GetProperty("low").GetDouble() < printed.GetProperty("kg").GetDouble() && printed.GetProperty("kg").GetDouble() < printed.GetProperty("high").GetDouble());
        var shown = new RunJson((await tonne.RunOtherAsync(tonne.At("venv/bin/tonne"), "show", "last", "--json")).Expect(0).Output);
        Assert.Equal(printed.GetProperty("run").GetString(), shown.Id);
        await MeasureAsync(tonne, tonne.At("venv/bin/tonne"));
    }

    [Fact]
    public async Task The_Containerfile_copies_packages_that_lie_beside_it()
    {
        var lines = await File.ReadAllLinesAsync(packages.Find("Containerfile"), TestContext.Current.CancellationToken);

        var copied = lines.Single(line => line.StartsWith("COPY ", StringComparison.Ordinal)).Split(' ')[1..^1];
        Assert.Equal(2, copied.Length);
        Assert.All(copied, file => Assert.True(File.Exists(Path.Combine(packages.Folder, file)), file));
        Assert.DoesNotContain(lines, line => line.Contains('@', StringComparison.Ordinal));
    }

    // The version in the file names, as NuGet writes it.
    string GetVersion() => Path.GetFileName(packages.Find("Tonne.Core.*.nupkg"))["Tonne.Core.".Length..^".nupkg".Length];

    // Packages of this machine are used for what others made; ours come from the folder alone, and no cache knows them.
    void UseFeed(TonneCommand tonne)
    {
        var home = Environment.GetEnvironmentVariable("HOME") ?? "/root";
        var known = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(home, ".nuget", "packages");
        tonne.Environment["NUGET_PACKAGES"] = tonne.At("cache");
        tonne.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        tonne.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        tonne.Environment["DOTNET_NOLOGO"] = "1";
        tonne.Write("nuget.config", $"""
            <configuration>
              <packageSources><add key="tonne" value="{packages.Folder}" /></packageSources>
              <fallbackPackageFolders><add key="machine" value="{known}" /></fallbackPackageFolders>
            </configuration>
            """);
    }

    static void CopyExample(TonneCommand tonne, string name)
    {
        Directory.CreateDirectory(tonne.At(name));
        foreach (var file in Directory.GetFiles(Path.Combine(TonneCommand.Repository, "examples", name)))
            File.Copy(file, Path.Combine(tonne.At(name), Path.GetFileName(file)));
    }

    static async Task MeasureAsync(TonneCommand tonne, string program)
    {
        var output = tonne.At($"{Guid.NewGuid():N}.json");
        (await tonne.RunOtherAsync(program, "run", "--zone", "FR", "--output", output, "--", "sh", "-c", "i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done")).Expect(0);
        var run = new RunJson(await File.ReadAllTextAsync(output, TestContext.Current.CancellationToken));
        Assert.True(run.JobCpuSeconds > 0);
        Assert.Equal("completed", run.Status);
    }

    [GeneratedRegex(@"Now listening on: (http://\S+)", RegexOptions.None, 5_000)]
    private static partial Regex Listening();

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline, 5_000)]
    private static partial Regex Sample();
}
