using System.Text.Json.Serialization;
using Tonne.Quantities;

namespace Tonne.Planning;

/// <summary>How an option runs the job.</summary>
[JsonConverter(typeof(WordJsonConverter<PlanOptionKind>))]
public enum PlanOptionKind
{
    /// <summary>At once, without a pause, at the first place.</summary>
    Immediate,

    /// <summary>At the best time and place without a pause.</summary>
    Contiguous,

    /// <summary>At the best times and places with pauses.</summary>
    Pauses,
}
