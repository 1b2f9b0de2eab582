namespace Tonne.Instruments.Files;

/// <summary>What the kernel knows of a file (statx(2)).</summary>
/// <param name="Mode">Type and access rights.</param>
/// <param name="Owner">Id of the user who owns it.</param>
/// <param name="Links">Number of names it has.</param>
/// <param name="Inode">Its number on its device.</param>
/// <param name="Device">The device.</param>
/// <param name="Size">Length in bytes.</param>
/// <param name="ModifiedSeconds">Last change of its content, s since 1970.</param>
/// <param name="ModifiedNanoseconds">Part of a second of the last change, ns.</param>
readonly record struct FileStatus(
    int Mode, uint Owner, uint Links, ulong Inode, ulong Device, long Size, long ModifiedSeconds, uint ModifiedNanoseconds)
{
    const int TypeMask = 0xF000;

    /// <summary>Whether it is a regular file.</summary>
    internal bool IsRegular => (Mode & TypeMask) == 0x8000;

    /// <summary>Whether it is a folder.</summary>
    internal bool IsFolder => (Mode & TypeMask) == 0x4000;

    /// <summary>Whether it is a Unix socket.</summary>
    internal bool IsSocket => (Mode & TypeMask) == 0xC000;

    /// <summary>Whether users other than the owner may write to it.</summary>
    internal bool IsWritableByOthers => (Mode & 0x12) != 0;

    /// <summary>Whether only a file's owner may rename or delete it in this folder (the sticky bit, as of <c>/tmp</c>).</summary>
    internal bool IsSticky => (Mode & 0x200) != 0;

    /// <summary>Whether both are the same file.</summary>
    internal bool IsSameFile(in FileStatus other) => Inode == other.Inode && Device == other.Device;
}
