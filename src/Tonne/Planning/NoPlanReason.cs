using System.Text.Json.Serialization;
using Tonne.Quantities;

namespace Tonne.Planning;

/// <summary>Why there is no plan.</summary>
[JsonConverter(typeof(WordJsonConverter<NoPlanReason>))]
public enum NoPlanReason
{
    /// <summary>The job does not fit between the earliest start and the finish.</summary>
    TooLate,

    /// <summary>The job would fit, but no place has intensities for enough of the time.</summary>
    NoIntensity,

    /// <summary>Several jobs do not fit on the machine together.</summary>
    NoCapacity,
}
