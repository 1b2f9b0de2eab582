using System.Collections.Immutable;
using Tonne.Catalogs;

namespace Tonne.Sci;

/// <summary>A functional unit of SCI for AI (Green Software Foundation, sections 8.1 and 8.2).</summary>
/// <param name="Name">Its word on the command line, for example <c>training-token</c>.</param>
/// <param name="Boundary">The side that it belongs to.</param>
/// <param name="Systems">What it is suggested for (consumer), or focuses on (provider).</param>
/// <param name="OtherNames">Other ways to write it.</param>
public sealed record SciUnit(string Name, SciBoundary Boundary, string Systems, ImmutableArray<string> OtherNames)
{
    /// <summary>The units in the order of the specification, the consumer's first.</summary>
    public static ImmutableArray<SciUnit> All { get; } =
    [
        new("token", SciBoundary.Consumer, "large language models", []),
        new("second", SciBoundary.Consumer, "generated video; recognised speech", ["second of audio", "second of video"]),
        new("image", SciBoundary.Consumer, "generated images", []),
        new("workflow", SciBoundary.Consumer, "agents", ["workflow execution", "execution"]),
        new("page", SciBoundary.Consumer, "character recognition, documents", []),
        new("inference", SciBoundary.Consumer, "classical machine learning", []),
        new("character", SciBoundary.Consumer, "translation; speech from text", []),
        new("flop", SciBoundary.Provider, "algorithms and hardware", []),
        new("training-token", SciBoundary.Provider, "quality of the data", []),
        new("parameter", SciBoundary.Provider, "architecture of the model", []),
    ];

    /// <summary>The unit that a name means, in singular or plural, however it is written; null if SCI for AI has none of that name.</summary>
    public static SciUnit? Find(string name)
    {
        var key = NameMatching.ToKey(name);
        return All.FirstOrDefault(unit => unit.OtherNames.Append(unit.Name).Select(one => NameMatching.ToKey(one)).Any(known => key == known || key == known + "s"));
    }
}
