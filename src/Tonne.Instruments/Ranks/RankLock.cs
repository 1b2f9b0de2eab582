using Microsoft.Win32.SafeHandles;

namespace Tonne.Instruments.Ranks;

/// <summary>The right to record the run of a group of ranks. The kernel releases it when the process ends for any reason.</summary>
public sealed class RankLock : IDisposable
{
    readonly SafeFileHandle _file;

    internal RankLock(SafeFileHandle file) => _file = file;

    /// <summary>Releases it: the next rank that waits gets it.</summary>
    public void Dispose() => _file.Dispose();
}
