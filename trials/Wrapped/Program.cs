using System.Globalization;
using Tonne.Cli.Wrapping;

namespace Wrapped;

/// <summary>`wrapped [--listen] [--report FILE] [--placement ENTER RETURN] -- COMMAND ARG…`</summary>
static class Program
{
    static int Main(string[] arguments)
    {
        var split = Array.IndexOf(arguments, "--");
        var options = arguments[..split];
        var listener = options.Contains("--listen") ? new LineCount() : null;
        var command = new ChildCommand(arguments[(split + 1)..])
        {
            Environment = new Dictionary<string, string> { ["TONNE_RUN"] = "trial" },
            Listener = listener,
            Placement = After(options, "--placement") is [var enter, var leave, ..] ? new CgroupPlacement([enter], [leave]) : null,
        };
        try
        {
            using var child = ChildProcess.Start(command, TimeProvider.System);
            var startCost = TimeProvider.System.GetElapsedTime(child.StartedTimestamp);
            var exit = child.WaitAsync().GetAwaiter().GetResult();
            if (After(options, "--report") is [var report, ..])
            {
                var own = Environment.CpuUsage.TotalTime;
                File.WriteAllText(report, string.Create(CultureInfo.InvariantCulture,
                    $"code={exit.ExitCode} signal={exit.Signal} child={(exit.UserTime + exit.SystemTime).TotalSeconds:F6} own={own.TotalSeconds:F6} handed={exit.HandedOver} bytes={listener?.Bytes} lines={listener?.Lines} start={startCost.TotalMilliseconds:F3} warnings={string.Join(';', child.Warnings)}\n"));
            }

            if (exit.Interrupted)
            {
                SelfTermination.TerminateByInterrupt();
            }

            return exit.ExitCode;
        }
        catch (StartFailureException failure)
        {
            Console.Error.WriteLine(failure.Message);
            return failure.ExitCode;
        }
    }

    static string[] After(string[] options, string name) => Array.IndexOf(options, name) is >= 0 and var at ? options[(at + 1)..] : [];

    /// <summary>As light as a listener can be: it looks at every byte once.</summary>
    sealed class LineCount : IOutputListener
    {
        long _lines;
        long _bytes;

        internal long Lines => Interlocked.Read(ref _lines);

        internal long Bytes => Interlocked.Read(ref _bytes);

        public void OnOutput(OutputStream stream, ReadOnlySpan<byte> bytes)
        {
            Interlocked.Add(ref _bytes, bytes.Length);
            Interlocked.Add(ref _lines, bytes.Count((byte)'\n'));
        }
    }
}
