using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tonne.Instruments.Tests.Amd;

/// <summary>The library of tests/amdsmi-stand-in, compiled once for all tests of a class; skipped where there is no compiler.</summary>
public sealed unsafe class AmdSmiStandIn : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("tonne-amdsmi-").FullName;
    readonly string? _missing;
    readonly nint _library;

    public AmdSmiStandIn()
    {
        Path = System.IO.Path.Join(_folder, "libamd_smi.so");
        _missing = Compile(Path);
        if (_missing is null)
            _library = NativeLibrary.Load(Path);
    }

    public string Path { get; }

    public int Initialised => ((delegate* unmanaged<int>)Export("stand_in_initialised"))();

    /// <summary>No cards, not initialised; and the status that initialising gives.</summary>
    public AmdSmiStandIn Reset(int status = 0)
    {
        Assert.SkipWhen(_missing is not null, _missing ?? "");
        ((delegate* unmanaged<int, void>)Export("stand_in_reset"))(status);
        return this;
    }

    /// <summary>A card at a bus, in a socket.</summary>
    public AmdSmiStandIn Add(int bus, int socket = 0)
    {
        ((delegate* unmanaged<ulong, int, void>)Export("stand_in_add"))((ulong)bus << 8, socket);
        return this;
    }

    /// <summary>What a card answers from now on.</summary>
    public AmdSmiStandIn Set(int card, ulong accumulator, float resolution = 15.3f, int status = 0)
    {
        ((delegate* unmanaged<uint, int, ulong, float, void>)Export("stand_in_set"))((uint)card, status, accumulator, resolution);
        return this;
    }

    public void Dispose()
    {
        if (_library != 0)
            NativeLibrary.Free(_library);
        Directory.Delete(_folder, recursive: true);
    }

    nint Export(string name) => NativeLibrary.GetExport(_library, name);

    static string? Compile(string to, [CallerFilePath] string here = "")
    {
        const string compiler = "/usr/bin/gcc";
        if (!File.Exists(compiler))
            return $"{compiler} is not there to compile the stand-in of libamd_smi.so";
        var source = System.IO.Path.Join(System.IO.Path.GetDirectoryName(here), "../../amdsmi-stand-in/amdsmi_stand_in.c");
        using var process = Process.Start(compiler, ["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", to, source]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return null;
    }
}
