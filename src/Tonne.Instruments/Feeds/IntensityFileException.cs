namespace Tonne.Instruments.Feeds;

/// <summary>A file is not a table of intensities, or none of its rows can be read.</summary>
/// <param name="message">What is wrong, with the file.</param>
public sealed class IntensityFileException(string message) : FormatException(message);
