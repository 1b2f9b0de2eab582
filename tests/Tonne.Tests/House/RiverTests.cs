using System.Text.RegularExpressions;

namespace Tonne.Tests.House;

/// <summary>The data flows one way: a folder of Tonne uses only folders above it in this list (DESIGN.md, fifth law).</summary>
public partial class RiverTests
{
    static readonly string[] _river =
        ["Quantities", "Catalogs", "Hardware", "Metering", "Grids", "Facilities", "Runs", "Footprints", "Estimates", "Explaining", "Planning", "Reducing", "Reports"];

    [Fact]
    public void Every_folder_of_Tonne_is_on_the_river()
    {
        var folders = Directory.GetDirectories(Path.Combine(Repository.Root, "src", "Tonne")).Select(Path.GetFileName)
            .Where(name => name is not ("bin" or "obj"));

        Assert.Empty(folders.Except(_river));
    }

    [Fact]
    public void No_folder_uses_one_downstream_of_it()
    {
        var upstream = new List<string>();
        var river = from folder in _river
                    from file in Sources(folder)
                    from Match use in UsesOf().Matches(File.ReadAllText(file))
                    let used = use.Groups[1].Value
                    where Array.IndexOf(_river, used) > Array.IndexOf(_river, folder)
                    select $"{Path.GetRelativePath(Repository.Root, file)} uses {used}";
        upstream.AddRange(river);

        Assert.Empty(upstream);
    }

    [Fact]
    public void Tonne_itself_touches_no_process_network_environment_or_clock()
    {
        var forbidden = new Regex(@"\b(Environment\.(GetEnv|Machine|Process)|System\.Net|Process\.|File\.(Open|Read|Write)|Directory\.|DateTime(Offset)?\.(UtcNow|Now))", RegexOptions.None, TimeSpan.FromSeconds(5));
        var found = _river.SelectMany(Sources).Where(file => forbidden.IsMatch(File.ReadAllText(file))).Select(file => Path.GetRelativePath(Repository.Root, file));

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
