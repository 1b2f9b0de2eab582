using System.Collections.Immutable;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Tonne.LifeCycles.YamlDescriptions;

/// <summary>
/// Parses YAML (JSON is YAML too) into a tree with line numbers. It reads event by event, so that deep or large files are rejected early.
/// </summary>
static class DescriptionParser
{
    /// <summary>Longest file read, in characters.</summary>
    public const int MaxTextLength = 1 << 20;

    const int Deepest = 16;

    /// <summary>The root of a description.</summary>
    /// <exception cref="DescriptionException">The text is not YAML, is too long or too deep, or uses aliases, tags or several
    /// documents.</exception>
    public static DescriptionNode.Mapping Read(string text, string file)
    {
        if (text.Length > MaxTextLength)
            throw CreateException(file, 1, $"is longer than {MaxTextLength} characters, the limit for a description of a life cycle.");
        try
        {
            var parser = new Parser(new StringReader(text.TrimStart('\uFEFF')));
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _))
                throw CreateException(file, 1, "is empty. Begin with 'name:' and 'phases:'; see docs/formats/footprint.md.");
            parser.Consume<DocumentStart>();
            var root = Node(parser, file, 0);
            parser.Consume<DocumentEnd>();
            if (parser.Accept<DocumentStart>(out var second))
                throw CreateException(file, second.Start.Line, "contains a second document. A file must describe one life cycle.");
            return root as DescriptionNode.Mapping ?? throw CreateException(file, root.Line, $"must be keys like 'name:' and 'phases:', not {root.Kind}.");
        }
        catch (YamlException error)
        {
            throw CreateException(file, error.Start.Line, $"is not YAML: {OneLine(error.Message)}");
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or IndexOutOfRangeException or OverflowException)
        {
            // The YAML scanner throws these on text that is not YAML.
            throw CreateException(file, 1, $"is not YAML: {OneLine(error.Message)}");
        }
    }

    static DescriptionNode Node(Parser parser, string file, int depth)
    {
        if (depth > Deepest)
            throw CreateException(file, parser.Current?.Start.Line ?? 1, $"is nested deeper than {Deepest} levels.");
        switch (parser.Current)
        {
            case Scalar scalar:
                RejectAnchorsAndTags(scalar, file);
                parser.MoveNext();
                return new DescriptionNode.Scalar(scalar.Start.Line, scalar.Value);
            case SequenceStart sequence:
                RejectAnchorsAndTags(sequence, file);
                parser.MoveNext();
                var items = ImmutableArray.CreateBuilder<DescriptionNode>();
                while (!parser.TryConsume<SequenceEnd>(out _))
                    items.Add(Node(parser, file, depth + 1));
                return new DescriptionNode.Sequence(sequence.Start.Line, items.ToImmutable());
            case MappingStart mapping:
                RejectAnchorsAndTags(mapping, file);
                parser.MoveNext();
                return Mapping(parser, file, depth, mapping.Start.Line);
            case AnchorAlias alias:
                throw CreateException(file, alias.Start.Line, $"'*{alias.Value}' is an alias; write the value out.");
            case { } other:
                throw CreateException(file, other.Start.Line, "ends before its value.");
            default:
                throw CreateException(file, 1, "ends before its value.");
        }
    }

    static DescriptionNode.Mapping Mapping(Parser parser, string file, int depth, long line)
    {
        var entries = ImmutableArray.CreateBuilder<(DescriptionNode.Scalar, DescriptionNode)>();
        var keys = new HashSet<string>(StringComparer.Ordinal);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = Node(parser, file, depth + 1) as DescriptionNode.Scalar ?? throw CreateException(file, parser.Current?.Start.Line ?? line, "a key must be a plain word.");
            if (!keys.Add(key.Text))
                throw CreateException(file, key.Line, $"'{DescriptionNode.Shorten(key.Text)}' is given twice in one block.");
            entries.Add((key, Node(parser, file, depth + 1)));
        }

        return new DescriptionNode.Mapping(line, entries.ToImmutable());
    }

    static void RejectAnchorsAndTags(NodeEvent node, string file)
    {
        if (!node.Anchor.IsEmpty)
            throw CreateException(file, node.Start.Line, $"'&{node.Anchor.Value}' is an anchor; write the value out where it is needed.");
        if (!node.Tag.IsEmpty && !node.Tag.IsNonSpecific)
            throw CreateException(file, node.Start.Line, $"the tag '{DescriptionNode.Shorten(node.Tag.Value)}' is not supported; "
                + "leave it out.");
    }

    static DescriptionException CreateException(string file, long line, string problem) => new([$"{file}:{Math.Max(1, line)}: {problem}"]);

    static string OneLine(string text) => string.Join(' ', text.Split(['\r', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries));
}
