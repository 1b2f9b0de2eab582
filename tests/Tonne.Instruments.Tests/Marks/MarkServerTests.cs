using System.Net.Sockets;
using System.Text;
using Tonne.Instruments.Marks;
using Tonne.Recording.Marks;
using Tonne.Runs;

namespace Tonne.Instruments.Tests.Marks;

public sealed class MarkServerTests : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    readonly List<Mark> _marks = [];
    readonly Ticking _time = new();
    readonly MarkServer _server;

    public MarkServerTests() => _server = MarkServer.Start(null, _time, anchor: 1_000, Hear);

    public void Dispose() => _server.Dispose();

    [Fact]
    public void A_mark_arrives_with_the_time_it_came()
    {
        _time.Now = 3_500; // 2.5 s after the anchor, at 1,000 ticks a second.

        var reply = MarkClient.Send(_server.Path, "epoch 3 loss=0.7 acc=0.72", Patience);

        Assert.Equal(new MarkReply(MarkStatus.Accepted, ""), reply);
        var mark = Assert.Single(_marks);
        Assert.Equal(2_500_000_000, mark.Timestamp);
        Assert.Equal("epoch 3 accuracy=0.72 loss=0.7", MarkLine.Format(mark));
        Assert.Equal(MarkOrigin.Mark, mark.Origin);
    }

    [Fact]
    public void What_killed_runs_left_is_swept_and_what_lives_or_is_not_ours_stays()
    {
        var parent = Directory.CreateTempSubdirectory("sweep-").FullName;
        // No process has a number beyond the kernel's limit of 2^22 (proc(5), pid_max); ours is alive.
        string[] folders = ["tonne-7fffffff-1", "tonne-7fffffff-2", $"tonne-{Environment.ProcessId:x}-3", "tonne-live-4", "tonne-7ffffffe-6", "tonne-7ffffffd-5"];
        foreach (var folder in folders)
            Directory.CreateDirectory(Path.Combine(parent, folder));
        foreach (var abandoned in new[] { folders[0], folders[2], folders[3] })
            UnixSocket.Listen(Path.Combine(parent, abandoned, "run"), 1).Dispose();
        using var listening = UnixSocket.Listen(Path.Combine(parent, folders[1], "run"), 1);

        // The last two never listened: one was killed before it could, one was begun just now.
        var now = new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
        Directory.SetLastWriteTimeUtc(Path.Combine(parent, folders[4]), now.UtcDateTime);
        Directory.SetLastWriteTimeUtc(Path.Combine(parent, folders[5]), now.AddHours(-1).UtcDateTime);

        MarkAddress.RemoveStaleSockets(parent, now);

        Assert.Equal(folders[1..5].Order(), Directory.GetDirectories(parent).Select(Path.GetFileName).Order());
        Directory.Delete(parent, recursive: true);
    }

    // CWE-59: /tmp is everybody's. To connect to a file that is no socket is refused like to one on which nobody listens (connect(2)).
    [Fact]
    public void The_sweep_follows_no_link_and_deletes_no_file_that_is_not_a_socket()
    {
        var parent = Directory.CreateTempSubdirectory("sweep-").FullName;
        var elsewhere = Directory.CreateTempSubdirectory("not-swept-").FullName;
        File.WriteAllText(Path.Combine(elsewhere, "run"), "somebody's");
        Directory.CreateSymbolicLink(Path.Combine(parent, "tonne-7fffffff-1"), elsewhere);
        var folder = Directory.CreateDirectory(Path.Combine(parent, "tonne-7fffffff-2")).FullName;
        File.WriteAllText(Path.Combine(folder, "run"), "somebody's");
        var linked = Directory.CreateDirectory(Path.Combine(parent, "tonne-7fffffff-3")).FullName;
        File.CreateSymbolicLink(Path.Combine(linked, "run"), Path.Combine(elsewhere, "run"));

        MarkAddress.RemoveStaleSockets(parent, DateTimeOffset.MaxValue);

        Assert.Equal(3, Directory.GetDirectories(parent).Length);
        Assert.Equal("somebody's", File.ReadAllText(Path.Combine(elsewhere, "run")));
        Assert.True(File.Exists(Path.Combine(folder, "run")));
        Directory.Delete(parent, recursive: true);
        Directory.Delete(elsewhere, recursive: true);
    }

    [Fact]
    public void A_wrong_line_is_answered_with_what_is_wrong()
    {
        var reply = MarkClient.Send(_server.Path, "stage", Patience);

        Assert.Equal(MarkStatus.Rejected, reply.Status);
        Assert.Contains("needs a name", reply.Message);
        Assert.Empty(_marks);
    }

    [Fact]
    public void Many_lines_in_pieces_over_one_connection_are_answered_one_by_one()
    {
        using var client = Connect();

        client.Send("stage a\nsta"u8);
        Assert.Equal("ok", ReadLine(client));
        client.Send("ge b\r\nnonsense\nstage ü"u8);
        Assert.Equal("ok", ReadLine(client));
        Assert.StartsWith("error: 'nonsense'", ReadLine(client));
        client.Shutdown(SocketShutdown.Send);
        Assert.Equal("ok", ReadLine(client));

        Assert.Equal(["a", "b", "ü"], _marks.Select(mark => mark.Name));
    }

    [Fact]
    public void Binary_and_endless_lines_end_their_connection_and_nothing_else()
    {
        using var binary = Connect();
        binary.Send([0xff, 0xfe, 0x00, (byte)'\n']);
        Assert.Equal("error: the line is not UTF-8", ReadLine(binary));
        Assert.Equal("", ReadLine(binary));

        using var endless = Connect();
        endless.Send(new byte[4097]);
        Assert.Equal("error: the line is longer than 4096 bytes", ReadLine(endless));

        Assert.Equal(MarkStatus.Accepted, MarkClient.Send(_server.Path, "note still here", Patience).Status);
    }

    [Fact]
    public void Silent_connections_make_room_for_one_that_speaks()
    {
        var silent = Enumerable.Range(0, 300).Select(_ => Connect()).ToList();

        Assert.Equal(MarkStatus.Accepted, MarkClient.Send(_server.Path, "note heard", Patience).Status);

        // The first ones were closed with a word.
        Assert.StartsWith("error: too many connections", ReadLine(silent[0]));
        silent.ForEach(socket => socket.Dispose());
        Assert.Equal("heard", Assert.Single(_marks).Name);
    }

    [Fact]
    public void Thousands_who_come_and_go_leave_it_well()
    {
        for (var i = 0; i < 2_000; i++)
        {
            using var client = Connect();
            if (i % 2 == 0)
                client.Send("half a li"u8);
        }

        Assert.Equal(MarkStatus.Accepted, MarkClient.Send(_server.Path, "note well", Patience).Status);
    }

    [Fact]
    public void What_the_keeper_of_marks_throws_is_an_answer()
    {
        using var server = MarkServer.Start(null, _time, 0, _ => throw new InvalidOperationException("disk\nfull"));

        var reply = MarkClient.Send(server.Path, "note x", Patience);

        Assert.Equal("the run could not keep the mark: disk full", reply.Message);
        Assert.Equal(MarkStatus.Rejected, MarkClient.Send(server.Path, "note y", Patience).Status);
    }

    [Fact]
    public void The_folder_is_private_and_gone_at_the_end()
    {
        using var server = MarkServer.Start("/nowhere/at/all", _time, 0, Hear);
        var folder = Path.GetDirectoryName(server.Path)!;

        if (!OperatingSystem.IsLinux())
            return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        Assert.StartsWith("/tmp/tonne-", folder);
        server.Dispose();
        Assert.False(Directory.Exists(folder));
        Assert.Equal(MarkStatus.Unreachable, MarkClient.Send(server.Path, "note late", Patience).Status);
    }

    [Fact]
    public void A_runtime_folder_is_used_unless_its_path_is_too_long()
    {
        var folder = Directory.CreateTempSubdirectory("tonne-marks-").FullName;
        var deep = Path.Combine(folder, new string('d', 90));
        Directory.CreateDirectory(deep);

        using (var near = MarkServer.Start(folder, _time, 0, Hear))
            Assert.StartsWith(folder + "/tonne-", near.Path);
        using (var far = MarkServer.Start(deep, _time, 0, Hear))
            Assert.StartsWith("/tmp/tonne-", far.Path);

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void What_was_sent_before_the_end_is_taken()
    {
        var server = MarkServer.Start(null, _time, 0, Hear);
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(server.Path));
        client.Send("note last words\n"u8);

        server.Dispose();

        Assert.Equal("last words", Assert.Single(_marks).Name);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Outside_a_run_the_reply_says_so(string? path)
    {
        var reply = MarkClient.Send(path, "note x", Patience);

        Assert.Equal(MarkStatus.NoRun, reply.Status);
        Assert.Contains("tonne run -- COMMAND", reply.Message);
    }

    [Fact]
    public void A_run_that_does_not_answer_is_not_waited_for()
    {
        var folder = Directory.CreateTempSubdirectory("tonne-marks-").FullName;
        using var deaf = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        deaf.Bind(new UnixDomainSocketEndPoint(folder + "/run"));
        deaf.Listen(0);

        // The first two wait in the queue of one; the third cannot even connect.
        for (var i = 0; i < 3; i++)
            Assert.Equal(MarkStatus.Unreachable, MarkClient.Send(folder + "/run", "note x", TimeSpan.FromMilliseconds(50)).Status);

        Directory.Delete(folder, recursive: true);
    }

    void Hear(Mark mark)
    {
        lock (_marks)
            _marks.Add(mark);
    }

    Socket Connect()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 20_000 };
        socket.Connect(new UnixDomainSocketEndPoint(_server.Path));
        return socket;
    }

    static string ReadLine(Socket socket)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (socket.Receive(one) == 1 && one[0] != '\n')
            line.Add(one[0]);
        return Encoding.UTF8.GetString([.. line]);
    }

    sealed class Ticking : TimeProvider
    {
        public long Now { get; set; } = 1_000;

        public override long TimestampFrequency => 1_000;

        public override long GetTimestamp() => Now;
    }
}
