using System.Collections.Immutable;
using System.Globalization;

namespace Tonne.Lab.Collecting;

/// <summary>Pictures in a folder: PGM and PNG, by their first bytes. The subfolder a picture stands in is its label; all are of the size of the first.</summary>
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
    /// <param name="path">A folder of folders; what begins with a dot is passed over.</param>
    /// <exception cref="UnusableDataException">There is no folder, no subfolder, or no picture in any.</exception>
    public static ImageFolder Open(string path)
    {
        if (!Directory.Exists(path))
            throw new UnusableDataException(path, 0, "is no folder.");
        var any = false;
        foreach (var (file, label) in ListFiles(path))
        {
            any = true;
            if (Read(file, label, new()) is { } first)
                return new(path, first.Width, first.Height);
        }
        throw new UnusableDataException(path, 0, any ? "holds no PGM or PNG picture that can be read." : "has no subfolders with files; a picture's label is the subfolder it stands in.");
    }

    /// <inheritdoc/>
    public override IEnumerable<Row> ReadRows(RejectionLog rejections)
    {
        foreach (var loose in Directory.EnumerateFiles(_path).Where(file => Path.GetFileName(file)[0] != '.').Order(StringComparer.Ordinal))
            rejections.Add(RejectionReason.MissingLabel, loose, 0, "stands in no subfolder");
        foreach (var (file, label) in ListFiles(_path))
        {
            if (Read(file, label, rejections) is not { } picture)
                continue;
            if (picture.Width == _width && picture.Height == _height)
                yield return picture;
            else
                rejections.Add(RejectionReason.OtherSize, file, 0, $"{picture.Width} × {picture.Height} in place of {_width} × {_height}");
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
            rejections.Add(RejectionReason.NotAPicture, file, 0, bytes.Length == 0 ? "is empty" : "begins neither as PGM nor as PNG");
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            rejections.Add(RejectionReason.NotAPicture, file, 0, e.Message);
        }
        return null;
    }
}
