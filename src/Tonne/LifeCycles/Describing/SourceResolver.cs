using Tonne.Catalogs;
using Tonne.Quantities;

namespace Tonne.LifeCycles.Describing;

/// <summary>The sources a description cites: its own list, those of the catalogs, or words.</summary>
sealed class SourceResolver(string file)
{
    readonly Dictionary<string, string> _own = new(StringComparer.Ordinal);

    /// <summary>Source of numbers whose block names none; null for the file itself.</summary>
    public Source? FileSource { get; set; }

    /// <summary>Source of the phase being read; null if it names none.</summary>
    public Source? PhaseSource { get; set; }

    public void Add(string id, string title) => _own[id] = title;

    /// <summary>The source that words stand for: <c>ID</c> or <c>ID, where in it</c>, of the file's own list or of the catalogs; else the words themselves.</summary>
    public Source Resolve(string words)
    {
        var id = words.Split(',', 2)[0].Trim();
        var place = words.Length > id.Length ? words[id.Length..] : "";
        if (_own.TryGetValue(id, out var title))
            return new Source(words, title + place);
        return SourceList.ContainsAll(id) && SourceList.Find(id) is var known ? known with { Id = words, Title = known.Title + place } : new Source(words, $"as stated in {file}");
    }

    /// <summary>Where a number without a source of its own comes from.</summary>
    public Source GetDefault() => PhaseSource ?? FileSource ?? new Source("GIVEN", $"Given in {file}");
}
