using FsCheck;
using FsCheck.Fluent;

namespace Tonne.Services.Tests.Imports;

/// <summary>However lines are ordered, repeated, and spread over files and imports, a reply counts its last line once.</summary>
public sealed class ReplyOrderTests
{
    [Fact]
    public void The_order_of_lines_files_and_imports_does_not_matter()
    {
        var cases = from seed in ArbMap.Default.GeneratorFor<int>()
                    from replies in Gen.Choose(1, 6)
                    select (seed, replies);
        Prop.ForAll(cases.ToArbitrary(), given =>
        {
            var random = new Random(given.seed);
            using var logs = new Transcripts();
            var (lines, output, input) = (new List<string>(), 0L, 0L);
            for (var i = 0; i < given.replies; i++)
            {
                // Output grows from line to line of one reply.
                var parts = random.Next(1, 4);
                var (count, prompt) = (0, random.Next(1, 5_000));
                for (var part = 0; part < parts; part++)
                {
                    count += random.Next(1, 300);
                    var line = Transcripts.Reply($"m{i}", $"r{i}", count, prompt, minutes: (10 * i) + part, model: "acme-1");
                    lines.AddRange(Enumerable.Repeat(line, random.Next(1, 3)));
                }

                (output, input) = (output + count, input + prompt);
            }

            var shuffled = lines.OrderBy(_ => random.Next()).ToArray();
            var cut = random.Next(shuffled.Length + 1);
            logs.Write("p/a.jsonl", shuffled[..cut]);
            if (random.Next(2) == 0)
                logs.Import();
            logs.Write("p/b.jsonl", shuffled[cut..]);
            logs.Import();
            logs.Import();

            var sum = logs.ReadSum();
            Assert.Equal((given.replies, input, output), (sum.Requests, sum.Tokens.Input, sum.Tokens.Output));
        }).QuickCheckThrowOnFailure();
    }
}
