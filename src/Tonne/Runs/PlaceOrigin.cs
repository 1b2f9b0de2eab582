using System.Text.Json.Serialization;
using Tonne.Quantities;

namespace Tonne.Runs;

/// <summary>How the place of a run is known.</summary>
[JsonConverter(typeof(WordJsonConverter<PlaceOrigin>))]
public enum PlaceOrigin
{
    /// <summary>The place is not known: the world mean is used.</summary>
    Unknown,

    /// <summary>By an option of the command, or by the program.</summary>
    Given,

    /// <summary>By a settings file or an environment variable.</summary>
    Configured,

    /// <summary>By the metadata service of the cloud.</summary>
    CloudMetadata,

    /// <summary>Guessed from the time zone of the machine.</summary>
    TimeZone,
}
