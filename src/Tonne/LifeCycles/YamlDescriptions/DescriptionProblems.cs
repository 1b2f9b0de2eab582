using System.Collections.Immutable;
using Tonne.Catalogs;

namespace Tonne.LifeCycles.YamlDescriptions;

/// <summary>Collects the problems of one description, so that all are reported at once.</summary>
sealed class DescriptionProblems(string file)
{
    const int Most = 50;

    readonly List<(long Line, string Text)> _found = [];

    public string File => file;

    public void Add(long line, string what)
    {
        if (_found.Count < Most)
            _found.Add((line, what));
    }

    public void Add(DescriptionNode node, string what) => Add(node.Line, what);

    /// <summary>Adds an unknown word, with similar known words.</summary>
    public void AddUnknown(long line, string kind, string word, IEnumerable<string> known)
    {
        var all = known.ToList();
        var near = NameMatching.FindNearest(word, all.Select(name => (NameMatching.ToKey(name), name)), 2);
        Add(line, $"the {kind} '{DescriptionNode.Shorten(word)}' is unknown. {(near.Count > 0 ? $"Did you mean '{string.Join("' or '", near)}'?" : $"Known: {string.Join(", ", all)}.")}");
    }

    /// <summary>Throws if there are problems.</summary>
    /// <exception cref="DescriptionException">There are problems.</exception>
    public void ThrowIfAny()
    {
        if (_found.Count > 0)
            throw new DescriptionException([.. _found.OrderBy(problem => problem.Line).Select(problem => $"{file}:{Math.Max(1, problem.Line)}: {problem.Text}").Distinct().ToImmutableArray()]);
    }
}
