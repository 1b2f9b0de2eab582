namespace Tonne.Instruments.Files;

/// <summary>Reasons why a file could not be read, as shared strings, so that a gap in every sample allocates nothing.</summary>
static class ReadFailure
{
    /// <summary>There is no such file.</summary>
    public const string Missing = "the file does not exist";

    /// <summary>The file exists, but permission to read it is missing.</summary>
    public const string Denied = "permission denied";

    /// <summary>The device of the file was removed.</summary>
    public const string Gone = "the device is gone";

    /// <summary>It is a folder.</summary>
    public const string Folder = "a folder is in the place of the file";

    /// <summary>The driver has no value now.</summary>
    public const string NoValue = "the driver has no value now";

    /// <summary>Reading failed in another way.</summary>
    public const string Failed = "reading failed";

    /// <summary>It was read and holds nothing.</summary>
    public const string Empty = "the file is empty";

    /// <summary>The content of the file has the wrong format.</summary>
    public const string Malformed = "the file does not hold the number it should";

    internal static string Describe(int error) => error switch
    {
        Libc.NoSuchFile => Missing,
        Libc.PermissionDenied or Libc.NotPermitted => Denied,
        Libc.NoSuchProcess or Libc.NoSuchDevice => Gone,
        Libc.IsDirectory => Folder,
        Libc.Busy or Libc.NoValues => NoValue,
        _ => Failed,
    };
}
