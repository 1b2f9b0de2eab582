using System.Diagnostics;

namespace Tonne.Trials.Faults;

/// <summary>A small file system of its own, in memory, that is soon full.</summary>
sealed class SmallDisk : IDisposable
{
    internal SmallDisk(string folder, int kibibytes)
    {
        Needs.Root("mounts a small file system");
        Folder = Directory.CreateDirectory(folder).FullName;
        Assert.SkipUnless(Run("mount", "-t", "tmpfs", "-o", $"size={kibibytes}k", "tonne-trial", Folder), "no file system may be mounted here");
    }

    internal string Folder { get; }

    /// <summary>Uses all free space.</summary>
    internal void Fill()
    {
        using var file = new FileStream(Path.Combine(Folder, "filler"), FileMode.Create, FileAccess.Write, FileShare.None, 0);
        try
        {
            while (true)
                file.Write(new byte[1024]);
        }
        catch (IOException)
        {
            // Full.
        }
    }

    /// <summary>Frees the space.</summary>
    internal void Free() => File.Delete(Path.Combine(Folder, "filler"));

    /// <summary>Makes it read-only.</summary>
    internal void MakeReadOnly() => Assert.True(Run("mount", "-o", "remount,ro", Folder));

    public void Dispose() => Run("umount", "-l", Folder);

    static bool Run(string program, params string[] words)
    {
        using var process = Process.Start(new ProcessStartInfo(program, words) { UseShellExecute = false, RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
