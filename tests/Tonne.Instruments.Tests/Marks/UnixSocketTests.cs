using System.Text;
using Tonne.Instruments.Marks;

namespace Tonne.Instruments.Tests.Marks;

/// <summary>The socket of systems other than Linux, tried here.</summary>
public class UnixSocketTests
{
    static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    [Fact]
    public void The_socket_of_dotnet_takes_and_answers_a_line()
    {
        var folder = Directory.CreateTempSubdirectory("tonne-socket-").FullName;
        var path = Path.Combine(folder, "run");
        try
        {
            using var listener = UnixSocket.ListenManaged(path, 4);
            var isReady = new bool[2];
            Assert.Equal(0, UnixSocket.Wait([listener], isReady, 0));
            Assert.Null(listener.Accept());
            using var client = UnixSocket.ConnectManaged(path, _patience);
            Assert.Equal(1, UnixSocket.Wait([listener], isReady, -1));
            using var accepted = listener.Accept();
            Assert.NotNull(accepted);

            Assert.True(client.Send("note x\n"u8));
            Assert.Equal(1, UnixSocket.Wait([accepted, listener], isReady, -1));
            Assert.Equal([true, false], isReady);
            var bytes = new byte[64];
            Assert.Equal("note x\n", Encoding.UTF8.GetString(bytes, 0, accepted.Receive(bytes)!.Value));
            Assert.Null(accepted.Receive(bytes));
            Assert.True(accepted.Send("ok\n"u8));
            Assert.Equal(3, client.Receive(bytes));

            client.Dispose();
            Assert.Equal(1, UnixSocket.Wait([accepted], isReady, -1));
            Assert.Equal(0, accepted.Receive(bytes));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_path_without_a_listener_is_refused() =>
        Assert.Throws<IOException>(() => UnixSocket.ConnectManaged(Path.Combine(Path.GetTempPath(), "tonne-no-socket-here"), _patience));

    [Fact]
    public void A_path_that_is_too_long_is_said() =>
        Assert.Throws<IOException>(() => UnixSocket.ListenManaged("/tmp/" + new string('x', 200), 1));
}
