using System.Text;
using Tonne.Services.Logs;

namespace Tonne.Services.Tests.Logs;

public sealed class LogFollowerTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("tonne-logs-").FullName;

    string Log => Path.Combine(_folder, "access.log");

    [Fact]
    public void Whole_lines_are_returned_once()
    {
        using var follower = new LogFollower(Log);
        Assert.Empty(follower.Read().Lines);
        File.WriteAllText(Log, "one\ntwo\r\n\nthr");

        Assert.Equal(["one", "two"], follower.Read().Lines);
        Assert.Empty(follower.Read().Lines);
        File.AppendAllText(Log, "ee\n");
        Assert.Equal(["three"], follower.Read().Lines);
    }

    [Fact]
    public void A_file_that_was_renamed_is_read_to_its_end_before_the_next_one()
    {
        using var follower = new LogFollower(Log);
        File.WriteAllText(Log, "08:00 one\n");
        follower.Read();
        File.AppendAllText(Log, "08:01 two\n08:02 cut");
        File.Move(Log, Log + ".1");
        File.WriteAllText(Log, "09:00 three\n");

        var lines = follower.Read();

        Assert.Equal(["08:01 two", "08:02 cut", "09:00 three"], lines.Lines);
        Assert.True(lines.IsReplaced);
        Assert.Null(lines.Reason);
    }

    [Fact]
    public void Between_renaming_and_the_next_file_nothing_is_lost()
    {
        using var follower = new LogFollower(Log);
        File.WriteAllText(Log, "08:00 one\n");
        follower.Read();
        File.AppendAllText(Log, "08:01 two\n");
        File.Move(Log, Log + ".1");

        Assert.Equal(["08:01 two"], follower.Read().Lines);
        File.AppendAllText(Log + ".1", "08:02 three\n");
        File.WriteAllText(Log, "09:00 four\n");
        Assert.Equal(["08:02 three", "09:00 four"], follower.Read().Lines);
    }

    [Fact]
    public void A_file_that_was_emptied_is_read_from_its_beginning_with_a_reason()
    {
        using var follower = new LogFollower(Log);
        File.WriteAllText(Log, "08:00 one\n08:01 two\n");
        follower.Read();
        Rewrite("09:00 three\n");

        var lines = follower.Read();

        Assert.Equal(["09:00 three"], lines.Lines);
        Assert.Contains("unknown", lines.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_was_emptied_and_has_grown_beyond_is_recognised()
    {
        using var follower = new LogFollower(Log);
        File.WriteAllText(Log, "08:00 one\n");
        follower.Read();
        Rewrite("09:00 three\n09:01 four\n");

        Assert.Equal(["09:00 three", "09:01 four"], follower.Read().Lines);
    }

    [Fact]
    public void Another_process_goes_on_where_one_ended()
    {
        LogPosition position;
        using (var first = new LogFollower(Log))
        {
            File.WriteAllText(Log, "one\ntwo\n");
            first.Read();
            position = first.Position;
        }

        File.AppendAllText(Log, "three\n");
        using var second = new LogFollower(Log, position);

        Assert.Equal(["three"], second.Read().Lines);
    }

    [Fact]
    public void What_was_there_before_may_be_skipped()
    {
        File.WriteAllText(Log, "one\ntwo\n");
        using var follower = new LogFollower(Log);

        Assert.Null(follower.SkipToEnd());
        File.AppendAllText(Log, "three\n");
        Assert.Equal(["three"], follower.Read().Lines);
    }

    [Fact]
    public void A_line_that_was_begun_is_returned_when_it_ends_also_after_skipping()
    {
        File.WriteAllText(Log, "one\ntw");
        using var follower = new LogFollower(Log);

        follower.SkipToEnd();
        File.AppendAllText(Log, "o\nthree\n");

        Assert.Equal(["two", "three"], follower.Read().Lines);
    }

    [Fact]
    public void A_file_that_cannot_be_read_has_a_reason()
    {
        // A link to itself (ELOOP): unreadable for root too.
        File.CreateSymbolicLink(Log, Log);
        using var follower = new LogFollower(Log);

        Assert.Contains("cannot be read", follower.Read().Reason, StringComparison.Ordinal);
        Assert.Contains("cannot be read", follower.SkipToEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_that_is_too_long_is_left_out_and_counted()
    {
        using var follower = new LogFollower(Log);
        File.WriteAllText(Log, "before\n" + new string('x', 3 * LogFollower.MaxLineBytes) + "\nafter\n");

        var lines = follower.Read();

        Assert.Equal(["before", "after"], lines.Lines);
        Assert.Contains("1 lines", lines.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_file_is_read_in_parts()
    {
        using var follower = new LogFollower(Log);
        File.WriteAllLines(Log, Enumerable.Range(0, 20).Select(_ => new string('y', 900_000)));

        var (count, parts) = (0, 0);
        LogLines lines;
        do
        {
            lines = follower.Read();
            count += lines.Lines.Length;
            parts++;
        }
        while (lines.HasMore);

        Assert.Equal(20, count);
        Assert.InRange(parts, 2, 4);
    }

    [Fact]
    public void Random_rotations_lose_no_line_and_repeat_none()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            File.Delete(Log);
            using var follower = new LogFollower(Log);
            var (written, read) = (new List<string>(), new List<string>());
            for (var step = 0; step < 60; step++)
            {
                if (random.Next(3) > 0)
                {
                    var line = $"{seed}-{step} {new string('z', random.Next(400))}";
                    written.Add(line);
                    File.AppendAllText(Log, line + "\n");
                }

                if (random.Next(3) == 0)
                    read.AddRange(follower.Read().Lines);
                if (random.Next(8) == 0 && File.Exists(Log))
                {
                    // Files that are renamed twice between two readings are beyond what can be followed.
                    read.AddRange(follower.Read().Lines);
                    File.Move(Log, Log + ".1", overwrite: true);
                }
            }

            read.AddRange(follower.Read().Lines);
            Assert.Equal(written, read);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>As logrotate with copytruncate: the file stays the same one.</summary>
    void Rewrite(string text)
    {
        using var stream = new FileStream(Log, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        stream.SetLength(0);
        stream.Write(Encoding.UTF8.GetBytes(text));
    }
}
