using System.Collections.Immutable;
using System.Globalization;

namespace Tonne.Lab.Collecting;

/// <summary>
/// Reads pictures from a folder: PGM and PNG, recognised by their first bytes. The label of a picture is the name of its subfolder; all
/// pictures must have the size of the first.
/// </summary>
public sealed class ImageFolder : RowSource
{
    readonly string _path;
    readonly int _width;
    readonly int _height;

    ImageFolder(string path, int width, int height)
    {
        (_path, _width, _height) = (path, width, height);
        Columns = ["label", .. Enumerable.Range(0, width * height).Select(pixel => string.Create(CultureInfo.InvariantCulture, $"x{pixel % width}y{pixel / width}"))];
    }

    /// <inheritdoc/>
    public override string Name => _path;

    /// <inheritdoc/>
    public override ImmutableArray<string> Columns { get; }

    /// <summary>Opens a folder.</summary>
    /// <param name="path">A folder of folders; names that begin with a dot are ignored.</param>
    /// <exception cref="UnusableDataException">The folder does not exist, has no subfolder, or has no picture.</exception>
    public static ImageFolder Open(string path)
    {
        if (!Directory.Exists(path))
            throw new UnusableDataException(path, 0, "is not a folder.");
        var any = false;
        foreach (var (file, label) in ListFiles(path))
        {
            any = true;
            if (Read(file, label, new()) is { } first)
                return new(path, first.Width, first.Height);
        }
        throw new UnusableDataException(path, 0, any ? "contains no readable PGM or PNG picture." : "has no subfolders with files; the label of a picture is the name of its subfolder.");
    }

    /// <inheritdoc/>
    public override IEnumerable<Row> ReadRows(RejectionLog rejections)
    {
        foreach (var loose in Directory.EnumerateFiles(_path).Where(file => Path.GetFileName(file)[0] != '.').Order(StringComparer.Ordinal))
            rejections.Add(RejectionReason.MissingLabel, loose, 0, "is not in a subfolder");
        foreach (var (file, label) in ListFiles(_path))
        {
            if (Read(file, label, rejections) is not { } picture)
                continue;
            if (picture.Width == _width && picture.Height == _height)
                yield return picture;
            else
                rejections.Add(RejectionReason.OtherSize, file, 0, $"{picture.Width} × {picture.Height} instead of {_width} × {_height}");
        }
    }

    static IEnumerable<(string File, string Label)> ListFiles(string path) =>
        from folder in Directory.EnumerateDirectories(path).Order(StringComparer.Ordinal)
        where Path.GetFileName(folder)[0] != '.'
        from file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        where Path.GetFileName(file)[0] != '.'
        select (file, Path.GetFileName(folder));

    static GrayscaleImage? Read(string file, string label, RejectionLog rejections)
    {
        try
        {
            var bytes = File.ReadAllBytes(file);
            if (PgmReader.HasSignature(bytes))
                return PgmReader.Read(bytes, label);
            if (PngReader.HasSignature(bytes))
                return PngReader.Read(bytes, label);
            rejections.Add(RejectionReason.NotAPicture, file, 0, bytes.Length == 0 ? "is empty" : "does not begin like PGM or PNG");
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            rejections.Add(RejectionReason.NotAPicture, file, 0, e.Message);
        }
        return null;
    }
}
