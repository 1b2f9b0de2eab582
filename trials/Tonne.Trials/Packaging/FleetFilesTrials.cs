using System.Diagnostics;
using k8s;
using k8s.Models;
using YamlDotNet.RepresentationModel;

namespace Tonne.Trials.Packaging;

/// <summary>Files with which a fleet is installed, checked as far as that goes without the systems that they are for.</summary>
public sealed class FleetFilesTrials : IDisposable
{
    const string SystemdAnalyze = "/usr/bin/systemd-analyze";

    // Of systemd-analyze security: 0 is closed, 100 is open; 4.2 is "OK". A meter needs devices, processes of others, and the network.
    const string MostExposed = "45";

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tonne-packaging-");

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    static string Packaging => Path.Combine(TonneCommand.Repository, "packaging");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_unit_is_one_for_systemd_and_is_not_open()
    {
        _ = Needs.Program(SystemdAnalyze, "systemd");
        var unit = Path.Combine(_folder.FullName, "tonne-agent.service");
        // The program need not be installed here.
        await File.WriteAllTextAsync(unit, (await File.ReadAllTextAsync(Path.Combine(Packaging, "tonne-agent.service"), Cancelled))
            .Replace("/opt/tonne/tonne", "/bin/true", StringComparison.Ordinal), Cancelled);

        var (code, said) = await RunAsync("verify", "--man=no", unit);
        Assert.True(code == 0 && said.Length == 0, said);
        (code, said) = await RunAsync("security", "--offline=yes", "--no-pager", "--threshold=" + MostExposed, unit);
        Assert.True(code == 0, said);
    }

    static async Task<(int Code, string Said)> RunAsync(params string[] words)
    {
        using var process = Process.Start(new ProcessStartInfo(SystemdAnalyze, words) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(Cancelled), process.StandardError.ReadToEndAsync(Cancelled));
        await process.WaitForExitAsync(Cancelled);
        return (process.ExitCode, await output + await error);
    }

    /// <summary>Members that the types of Kubernetes do not have are errors.</summary>
    [Fact]
    public async Task The_objects_for_Kubernetes_are_of_its_types()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Packaging, "fleet", "kubernetes.yaml"), Cancelled);

        var objects = KubernetesYaml.LoadAllFromString(text, strict: true);

        Assert.Equal("tonne", Assert.IsType<V1Namespace>(objects[0]).Metadata.Name);
        var agents = Assert.IsType<V1DaemonSet>(objects[1]).Spec;
        Assert.Equal(agents.Selector.MatchLabels, agents.Template.Metadata.Labels);
        var container = Assert.Single(agents.Template.Spec.Containers);
        Assert.Equal(agents.Template.Spec.Volumes.Select(volume => volume.Name).Order(StringComparer.Ordinal),
            container.VolumeMounts.Select(mount => mount.Name).Order(StringComparer.Ordinal));
        Assert.Throws<YamlDotNet.Core.YamlException>(() => KubernetesYaml.LoadAllFromString(
            text.Replace("hostPID:", "hostPid:", StringComparison.Ordinal), strict: true));
    }

    /// <summary>Source: Compose Specification, "services", "depends_on", "secrets", "volumes".</summary>
    [Fact]
    public void What_the_services_of_Compose_name_is_there()
    {
        using var reader = new StreamReader(Path.Combine(Packaging, "fleet", "compose.yaml"));
        var stream = new YamlStream();
        stream.Load(reader);
        var root = (YamlMappingNode)stream.Documents[0].RootNode;
        var services = (YamlMappingNode)root["services"];
        var (secrets, volumes) = (Names(root["secrets"]), Names(root["volumes"]));
        Assert.Subset(new HashSet<string> { "services", "secrets", "volumes" }, Names(root));
        Assert.Equal(["database", "server", "tables"], Names(services).Order(StringComparer.Ordinal));
        foreach (var (_, node) in services)
        {
            var service = (YamlMappingNode)node;
            Assert.Contains("image", Names(service));
            Assert.Subset(new HashSet<string>
            {
                "image", "environment", "secrets", "volumes", "healthcheck", "command", "depends_on", "ports", "restart",
            }, Names(service));
            Assert.Subset(secrets, Items(service, "secrets").ToHashSet());
            Assert.Subset(volumes, Items(service, "volumes").Select(volume => volume.Split(':')[0]).ToHashSet());
            foreach (var (name, condition) in service.Children.TryGetValue("depends_on", out var needs) ? (YamlMappingNode)needs : [])
            {
                Assert.Contains(((YamlScalarNode)name).Value!, Names(services));
                Assert.Contains(((YamlScalarNode)condition["condition"]).Value,
                    (IEnumerable<string>)["service_started", "service_healthy", "service_completed_successfully"]);
            }

            // A secret that a command reads is given to that service.
            foreach (var file in Items(service, "command").Where(word => word.StartsWith("/run/secrets/", StringComparison.Ordinal)))
                Assert.Contains(Path.GetFileName(file), Items(service, "secrets"));
        }
    }

    static HashSet<string> Names(YamlNode node) => [.. ((YamlMappingNode)node).Children.Keys.Select(key => ((YamlScalarNode)key).Value!)];

    static IEnumerable<string> Items(YamlMappingNode service, string name) =>
        service.Children.TryGetValue(name, out var items) ? ((YamlSequenceNode)items).Select(item => ((YamlScalarNode)item).Value!) : [];
}
