namespace Tonne.Instruments.Files;

/// <summary>Why a file could not be read, in words that are the same object each time: a gap on every sample must not cost memory.</summary>
public static class ReadFailure
{
    /// <summary>There is no such file.</summary>
    public const string Missing = "the file is not there";

    /// <summary>The file is there, and we may not read it.</summary>
    public const string Denied = "permission denied";

    /// <summary>The device behind the file has gone.</summary>
    public const string Gone = "the device is gone";

    /// <summary>It is a folder.</summary>
    public const string Folder = "a folder is in the place of the file";

    /// <summary>The driver has no value now.</summary>
    public const string NoValue = "the driver has no value now";

    /// <summary>Reading failed in another way.</summary>
    public const string Failed = "reading failed";

    /// <summary>It was read and holds nothing.</summary>
    public const string Empty = "the file is empty";

    /// <summary>It was read and is not what it should be.</summary>
    public const string Malformed = "the file does not hold the number it should";

    internal static string Describe(int error) => error switch
    {
        Libc.NoSuchFile => Missing,
        Libc.PermissionDenied or Libc.NotPermitted => Denied,
        Libc.NoSuchProcess or Libc.NoSuchDevice => Gone,
        Libc.IsDirectory => Folder,
        Libc.Busy or Libc.NoData => NoValue,
        _ => Failed,
    };
}
