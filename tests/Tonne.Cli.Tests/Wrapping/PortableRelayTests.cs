using System.Text;
using Tonne.Cli.Wrapping;

namespace Tonne.Cli.Tests.Wrapping;

public class PortableRelayTests
{
    [Fact]
    public void Every_byte_is_passed_on_and_listened_to()
    {
        var bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 40_000).Select(static i => $"line {i}\0\n")));
        using var target = new MemoryStream();
        var listener = new Listener();
        var relay = new PortableRelay(new MemoryStream(bytes), target, OutputStream.Error, listener);

        relay.Start();
        WaitFor(relay);

        Assert.Equal(bytes, target.ToArray());
        Assert.Equal(bytes, listener.Heard.ToArray());
        Assert.Equal(OutputStream.Error, listener.Stream);
        Assert.Null(relay.LostOutput);
    }

    [Fact]
    public void A_listener_that_fails_stops_nothing()
    {
        using var target = new MemoryStream();
        var relay = new PortableRelay(new MemoryStream([1, 2, 3]), target, OutputStream.Output, new Listener { Fails = true });

        relay.Start();
        WaitFor(relay);

        Assert.Equal([1, 2, 3], target.ToArray());
    }

    [Fact]
    public void A_full_disk_is_said_and_the_end_of_a_pipe_is_not()
    {
        // ENOSPC is 28, EPIPE 32 (errno(3) of Linux); the streams of .NET put them into HResult.
        foreach (var (error, isSaid) in new[] { (28, true), (32, false) })
        {
            var relay = new PortableRelay(new MemoryStream([1]), new Failing(error), OutputStream.Output, null);
            relay.Start();
            WaitFor(relay);
            Assert.Equal(isSaid, relay.LostOutput is not null);
        }
    }

    static void WaitFor(PortableRelay relay)
    {
        while (!relay.Finish())
        {
        }
    }

    sealed class Listener : IOutputListener
    {
        public bool Fails { get; init; }

        public MemoryStream Heard { get; } = new();

        public OutputStream Stream { get; private set; }

        public void OnOutput(OutputStream stream, ReadOnlySpan<byte> bytes)
        {
            if (Fails)
                throw new InvalidOperationException("fails");
            Stream = stream;
            Heard.Write(bytes);
        }
    }

    sealed class Failing(int error) : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count) => throw new IOException("no", error);
    }
}
