using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Tonne.Tests.Architecture;

/// <summary>Data flows one way: an assembly references only those below it, and a folder of the domain uses only folders above it in the list.</summary>
public partial class DependencyOrderTests
{
    static readonly string[] _folders =
    [
        "Statistics", "Quantities", "Formatting", "Catalogs", "Hardware", "Grids", "Facilities", "Runs", "Accounting", "LifeCycles", "Sci", "Comparing", "Planning", "Stopping",
    ];

    static readonly Dictionary<string, string[]> _references = new(StringComparer.Ordinal)
    {
        ["Tonne"] = [],
        ["Tonne.Estimation"] = ["Tonne"],
        ["Tonne.Recording"] = ["Tonne"],
        ["Tonne.Instruments"] = ["Tonne.Recording"],
        ["Tonne.Ledgers"] = ["Tonne.Recording"],
        ["Tonne.Ledgers.PostgreSql"] = ["Tonne.Ledgers"],
        ["Tonne.Reporting"] = ["Tonne.Estimation", "Tonne.Ledgers", "Tonne.Services"],
        ["Tonne.Lab"] = ["Tonne.Instruments"],
        ["Tonne.Hosting"] = ["Tonne.Instruments", "Tonne.Ledgers"],
        ["Tonne.OpenTelemetry"] = ["Tonne.Hosting"],
        ["Tonne.Extensions.AI"] = ["Tonne.Estimation", "Tonne.Ledgers"],
        ["Tonne.Services"] = ["Tonne.Estimation", "Tonne.Ledgers", "Tonne.Instruments"],
        ["Tonne.Cli"] = ["Tonne.Instruments", "Tonne.Reporting", "Tonne.Lab", "Tonne.Services", "Tonne.OpenTelemetry"],
        ["Tonne.Server"] = ["Tonne.Instruments", "Tonne.Ledgers.PostgreSql", "Tonne.Reporting", "Tonne.Services", "Tonne.Extensions.AI"],
    };

    [Fact]
    public void An_assembly_references_only_what_it_may()
    {
        var projects = Directory.GetFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories);

        Assert.Equal(_references.Keys.Order(StringComparer.Ordinal), projects.Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal));
        Assert.All(projects, project => Assert.Equal(
            _references[Path.GetFileNameWithoutExtension(project)],
            XDocument.Load(project).Descendants("ProjectReference").Select(reference => Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!)), StringComparer.Ordinal));
    }

    [Fact]
    public void Only_tests_trials_and_benches_see_the_internals_of_an_assembly()
    {
        var friends = Directory.GetFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .SelectMany(project => XDocument.Load(project).Descendants("InternalsVisibleTo")).Select(friend => (string)friend.Attribute("Include")!);

        Assert.All(friends, friend => Assert.Matches(@"\.(Tests|Trials|Bench)$", friend));
    }

    [Fact]
    public void Every_folder_of_the_domain_is_in_the_list()
    {
        var folders = Directory.GetDirectories(Path.Combine(Repository.Root, "src", "Tonne")).Select(Path.GetFileName)
            .Where(name => name is not ("bin" or "obj"));

        Assert.Empty(folders.Except(_folders));
    }

    [Fact]
    public void A_folder_of_the_domain_uses_only_folders_above_it()
    {
        var wrong = from folder in _folders
                    from file in Sources(folder)
                    from Match use in UsesOf().Matches(File.ReadAllText(file))
                    let used = use.Groups[1].Value
                    where Array.IndexOf(_folders, used) > Array.IndexOf(_folders, folder)
                    select $"{Path.GetRelativePath(Repository.Root, file)} uses {used}";

        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("Tonne")]
    [InlineData("Tonne.Estimation")]
    public void The_domain_touches_no_process_network_environment_or_clock(string assembly)
    {
        var forbidden = new Regex(@"\b(Environment\.(GetEnv|Machine|Process)|System\.Net|Process\.|File\.(Open|Write)|Directory\.|DateTime(Offset)?\.(UtcNow|Now))", RegexOptions.None, TimeSpan.FromSeconds(5));
        var found = Directory.GetFiles(Path.Combine(Repository.Root, "src", assembly), "*.cs", SearchOption.AllDirectories)
            .Where(file => forbidden.IsMatch(File.ReadAllText(file))).Select(file => Path.GetRelativePath(Repository.Root, file));

        Assert.Empty(found);
    }

    static IEnumerable<string> Sources(string folder)
    {
        var path = Path.Combine(Repository.Root, "src", "Tonne", folder);
        return Directory.Exists(path) ? Directory.GetFiles(path, "*.cs", SearchOption.AllDirectories) : [];
    }

    [GeneratedRegex(@"(?:using (?:static )?|[^\w.])Tonne\.(\w+)[;.]", RegexOptions.None, 5000)]
    private static partial Regex UsesOf();
}
