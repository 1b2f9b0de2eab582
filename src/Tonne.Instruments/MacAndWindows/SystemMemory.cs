namespace Tonne.Instruments.MacAndWindows;

/// <summary>The main memory of a machine, in bytes.</summary>
/// <param name="TotalBytes">Its size.</param>
/// <param name="UsedBytes">What processes and the kernel hold; what could be given to a new process is not.</param>
public readonly record struct SystemMemory(long TotalBytes, long UsedBytes);
