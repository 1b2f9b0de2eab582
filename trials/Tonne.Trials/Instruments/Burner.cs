using System.Diagnostics;
using System.Globalization;

namespace Tonne.Trials.Instruments;

/// <summary>A Python process that waits for a line, then does what its script says, prints <c>done</c> and waits for another.</summary>
sealed class Burner : IDisposable
{
    /// <summary>Burns by the process's own clock.</summary>
    const string Prelude = """
        import os, signal, sys, time
        def burn(seconds):
            start = time.process_time()
            while time.process_time() - start < seconds: pass
        sys.stdin.readline()

        """;

    const string Python = "/usr/bin/python3";

    readonly Process _process;

    public Burner(string script)
    {
        Assert.SkipUnless(File.Exists(Python), $"{Python} is missing (apt-get install python3)");
        _process = Process.Start(new ProcessStartInfo(Python, ["-c", Prelude + script + "\nprint('done', flush=True)\nsys.stdin.readline()\n"]) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false })!;
    }

    public int Id => _process.Id;

    public void Enter(IReadOnlyList<string> files)
    {
        foreach (var file in files)
            File.WriteAllText(file, Id.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Lets it do its work and waits until that is done; the process stays alive.</summary>
    public async Task BurnAsync()
    {
        await _process.StandardInput.WriteLineAsync();
        await _process.StandardInput.FlushAsync();
        Assert.Equal("done", await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
    }

    public async Task EndAsync()
    {
        await _process.StandardInput.WriteLineAsync();
        await _process.StandardInput.FlushAsync();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
