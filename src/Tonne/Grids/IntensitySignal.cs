using System.Text.Json.Serialization;
using Tonne.Quantities;

namespace Tonne.Grids;

/// <summary>How the intensity of a time is known, from the best to the coarsest.</summary>
[JsonConverter(typeof(WordJsonConverter<IntensitySignal>))]
public enum IntensitySignal
{
    /// <summary>Observed: published after the time.</summary>
    Observed,

    /// <summary>Forecast: published before the time.</summary>
    Forecast,

    /// <summary>The mean of the same month and hour in earlier years.</summary>
    Profile,

    /// <summary>The mean of a year.</summary>
    Annual,
}
