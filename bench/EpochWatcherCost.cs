using System.Diagnostics;
using System.Text;
using Tonne.Recording.EpochPatterns;

namespace Tonne.Bench;

/// <summary>Measures the cost of searching a program's output for epochs.</summary>
/// <remarks>
/// Run: dotnet run -c Release --project bench -- EpochWatcherCost
/// </remarks>
static class EpochWatcherCost
{
    internal static void Run(string[] args)
    {
        const int Megabytes = 100;
        const int Block = 64 * 1024;
        var random = new Random(1);

        Measure("lines of text", Fill(() => $"{random.Next():x8} step {random.Next(1000)}: push the path of class {random.Next(100)} across, done\n"));
        Measure("lines without end, in blocks of 4 kB", Fill(() => new string('x', 997) + " "), 4096);
        var noise = new byte[Megabytes * 1_000_000];
        random.NextBytes(noise);
        Measure("binary", noise);
        var at = 0;
        Measure("tqdm bars of epochs", Fill(() => $"\rEpoch {++at / 1000}:  {at / 10 % 100,2}%|███████▌            | {at % 1000}/1000 [00:01<00:01, 399.87it/s, loss={random.NextDouble():0.0000}]"));
        Measure("a line with losses per batch", Fill(() => $"Train Epoch: {++at / 1000} [{at % 1000}/1000 ({at / 10 % 100}%)]\tLoss: {random.NextDouble():0.000000}\n"));
        Measure("hostile lines of 4 kB", Fill(() => "epoch 1 loss: " + new string("a _1-(|"[random.Next(7)], 4000) + "\n"));

        byte[] Fill(Func<string> line)
        {
            var bytes = new MemoryStream();
            while (bytes.Length < Megabytes * 1_000_000)
                bytes.Write(Encoding.UTF8.GetBytes(line()));
            return bytes.ToArray();
        }

        void Measure(string name, byte[] bytes, int block = Block)
        {
            for (var round = 0; round < 3; round++)
            {
                var marks = 0;
                var watcher = new EpochDetector(EpochPattern.Auto, null, _ => marks++);
                var since = Stopwatch.GetTimestamp();
                for (var i = 0; i < bytes.Length; i += block)
                    watcher.Output.Process(bytes.AsSpan(i, Math.Min(block, bytes.Length - i)), i);
                watcher.Finish(bytes.Length);
                if (round == 2)
                    Console.WriteLine(FormattableString.Invariant($"{name,-40} {Stopwatch.GetElapsedTime(since).TotalMilliseconds / (bytes.Length / 1e6),8:0.000} ms/MB   {marks} marks"));
            }
        }
    }
}
