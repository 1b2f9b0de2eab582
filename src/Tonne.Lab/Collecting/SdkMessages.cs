using System.Collections.Immutable;

namespace Tonne.Lab.Collecting;

/// <summary>The translated messages of the .NET SDK: real text in 13 languages that every machine with the SDK has.</summary>
/// <remarks>
/// They are read from the satellite assemblies (<c>*.resources.dll</c>) without loading them. The neutral strings (English) of the assembly
/// of a satellite are read to detect untranslated messages. They are not rows, so the task is to name one of the 13 languages.
/// </remarks>
/// <param name="sdk">The SDK.</param>
public sealed class SdkMessages(DotnetSdk sdk) : RowSource
{
    /// <summary>Opens the messages of this machine's SDK.</summary>
    /// <exception cref="UnusableDataException">There is no SDK.</exception>
    public static SdkMessages Find() => new(DotnetSdk.Find()
        ?? throw new UnusableDataException("No .NET SDK was found: not in DOTNET_ROOT, not beside this runtime, not beside the dotnet on PATH. Install one, or give other rows with --data FILE --label COLUMN."));

    /// <inheritdoc/>
    public override string Name => $"messages of the .NET SDK {sdk.Version}";

    /// <inheritdoc/>
    public override ImmutableArray<string> Columns => TranslatedMessage.ColumnNames;

    /// <inheritdoc/>
    public override IEnumerable<Row> ReadRows(RejectionLog rejections)
    {
        var id = 0L;
        foreach (var satellites in FindSatellites())
        {
            var neutral = ReadSourceTexts(satellites.Key);
            foreach (var path in satellites)
            {
                if (Read(path) is not { } satellite)
                {
                    rejections.Add(RejectionReason.Malformed, path, 0, "is not an assembly");
                    continue;
                }
                foreach (var (table, key, text) in satellite.Strings)
                {
                    id++;
                    if (string.IsNullOrWhiteSpace(text))
                        rejections.Add(RejectionReason.EmptyText, path, 0, key);
                    else
                        yield return new TranslatedMessage(id, satellite.Culture, satellite.Assembly, key, text, satellite.Version, neutral.GetValueOrDefault((table, key)));
                }
            }
        }
        if (id == 0)
            throw new UnusableDataException(sdk.Folder, 0, "has no translated messages (*.resources.dll); give other rows with --data FILE --label COLUMN.");
    }

    /// <summary>Satellites by the assembly they belong to, in the order of their paths.</summary>
    IEnumerable<IGrouping<string, string>> FindSatellites() =>
        Directory.EnumerateFiles(sdk.Folder, "*.resources.dll", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .GroupBy(path => Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(path)) ?? "", Path.GetFileName(path)[..^".resources.dll".Length] + ".dll"), StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal);

    static Dictionary<(string, string), string> ReadSourceTexts(string assembly)
    {
        Dictionary<(string, string), string> texts = [];
        if (File.Exists(assembly) && Read(assembly) is { } neutral)
        {
            foreach (var (table, key, text) in neutral.Strings)
                texts.TryAdd((table, key), text);
        }
        return texts;
    }

    static ResourceStrings? Read(string path)
    {
        try
        {
            return ResourceStrings.Read(path);
        }
        catch (Exception e) when (e is BadImageFormatException or InvalidDataException or ArgumentException or IOException or InvalidOperationException or OverflowException)
        {
            return null;
        }
    }
}
