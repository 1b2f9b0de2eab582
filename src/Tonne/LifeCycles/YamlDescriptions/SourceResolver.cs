using Tonne.Catalogs;
using Tonne.Quantities;

namespace Tonne.LifeCycles.YamlDescriptions;

/// <summary>Resolves the sources that a description cites: from its own list, from the catalogs, or as free text.</summary>
sealed class SourceResolver(string file)
{
    readonly Dictionary<string, string> _own = new(StringComparer.Ordinal);

    /// <summary>Source of numbers whose block names none; null for the file itself.</summary>
    public Source? FileSource { get; set; }

    /// <summary>Source of the phase being read; null if it names none.</summary>
    public Source? PhaseSource { get; set; }

    public void Add(string id, string title) => _own[id] = title;

    /// <summary>
    /// Finds the source for a text: <c>ID</c> or <c>ID, place in it</c> of the file's list or of the catalogs; otherwise the text itself.
    /// </summary>
    public Source Resolve(string words)
    {
        var id = words.Split(',', 2)[0].Trim();
        var place = words.Length > id.Length ? words[id.Length..] : "";
        if (_own.TryGetValue(id, out var title))
            return new Source(words, title + place);
        return SourceList.ContainsAll(id) && SourceList.Find(id) is var known ? known with { Id = words, Title = known.Title + place } : new Source(words, $"as stated in {file}");
    }

    /// <summary>The source of a number that has none of its own.</summary>
    public Source GetDefault() => PhaseSource ?? FileSource ?? new Source("GIVEN", $"Given in {file}");
}
