using Tonne.Cli.Configuration;

namespace Tonne.Cli.Tests.Configuration;

public class RootConfigurationTests
{
    readonly Dictionary<string, (string? Text, string? Problem)> _files = new(StringComparer.Ordinal);

    Settings Resolve(string? node, params (string Name, string Value)[] variables)
    {
        using var terminal = new Terminal();
        File.WriteAllText(Path.Combine(terminal.Folder, "tonne.yaml"), "home: /evil\nnvml: /evil.so\n");
        var context = new CommandContext(TimeProvider.System, TextWriter.Null, TextWriter.Null, name => Array.Find(variables, one => one.Name == name).Value, terminal.Folder, false, false, 80)
            .Restrict(new RootConfiguration("/etc/tonne", node, path => _files.GetValueOrDefault(path)));
        return Settings.Resolve(new Dictionary<Setting, string?>(), context.GetVariable, context.CurrentDirectory, context.Root);
    }

    [Fact]
    public void No_variable_and_no_file_of_a_job_configures_root()
    {
        // Every setting has a variable; none of them may be read.
        var hostile = Setting.All.Select(setting => (setting.Variable, "/evil")).Concat([("XDG_CONFIG_HOME", "/evil"), ("XDG_DATA_HOME", "/evil"), ("HOME", "/evil")]).ToArray();

        var settings = Resolve(null, hostile);

        Assert.All(Setting.All, setting => Assert.Equal(setting.Default, settings[setting]));
        Assert.Equal(RootConfiguration.DefaultHome, settings.Home);
        Assert.Equal("/etc/tonne/calibrations.json", settings.CalibrationFile);
    }

    [Fact]
    public void The_file_of_the_node_is_read_after_that_of_all()
    {
        _files["/etc/tonne/tonne.yaml"] = ("home: /ledger\nzone: FR\n", null);
        _files["/etc/tonne/n1.yaml"] = ("zone: DE\n", null);

        var settings = Resolve("n1");

        Assert.Equal(("/ledger", "DE"), (settings.Home, settings[Setting.Zone]));
    }

    [Fact]
    public void A_file_that_is_not_trusted_is_an_error_and_not_read()
    {
        _files["/etc/tonne/tonne.yaml"] = (null, "/etc/tonne: others than its owner may write to it");

        var error = Assert.Throws<SettingsException>(() => Resolve(null));

        Assert.Contains("/etc/tonne/tonne.yaml is not used", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, null, "slurm", "prolog")]
    [InlineData(true, null, "agent", "run")]
    [InlineData(true, "epilog_slurmd", "list")]
    [InlineData(true, "prolog_slurmd", "run", "--", "true")]
    public void Every_command_that_Slurm_or_systemd_runs_as_root_is_restricted(bool isPrivileged, string? context, params string[] args) =>
        Assert.True(RootConfiguration.AppliesTo(args, isPrivileged, name => name == "SLURM_SCRIPT_CONTEXT" ? context : null));

    [Theory]
    [InlineData(false, "prolog_task", "slurm", "prolog")]
    [InlineData(true, null, "run", "--", "true")]
    [InlineData(true, null, "slurm", "settle", "7")]
    public void Users_and_root_at_a_terminal_are_not(bool isPrivileged, string? context, params string[] args) =>
        Assert.False(RootConfiguration.AppliesTo(args, isPrivileged, name => name == "SLURM_SCRIPT_CONTEXT" ? context : null));

    [Theory]
    [InlineData("../../tmp/x")]
    [InlineData(".hidden")]
    [InlineData("a/b")]
    public void The_name_of_a_node_is_never_a_path(string node) =>
        Assert.Equal(["/etc/tonne/tonne.yaml"], RootConfiguration.Create(["slurm", "record"], name => name == "SLURMD_NODENAME" ? node : null).Files.Select(file => file.Path));
}
