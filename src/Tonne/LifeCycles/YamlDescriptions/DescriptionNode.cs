using System.Collections.Immutable;

namespace Tonne.LifeCycles.YamlDescriptions;

/// <summary>A node of a description, with its line in the file.</summary>
/// <param name="Line">Line of the file, from 1.</param>
abstract record DescriptionNode(long Line)
{
    /// <summary>A plain value.</summary>
    public sealed record Scalar(long Line, string Text) : DescriptionNode(Line);

    /// <summary>A list.</summary>
    public sealed record Sequence(long Line, ImmutableArray<DescriptionNode> Items) : DescriptionNode(Line);

    /// <summary>Keys and their values, in the order of the file; no key occurs twice.</summary>
    public sealed record Mapping(long Line, ImmutableArray<(Scalar Key, DescriptionNode Value)> Entries) : DescriptionNode(Line);

    /// <summary>Kind of the node, for messages.</summary>
    public string Kind => this switch
    {
        Scalar { Text: "" or "~" or "null" } => "nothing",
        Scalar scalar => $"'{Shorten(scalar.Text)}'",
        Sequence => "a list",
        _ => "a block of keys",
    };

    internal static string Shorten(string text) => text.Length <= 60 ? text : text[..57] + "...";
}
