using Tonne.Instruments.Files;

namespace Tonne.Instruments.Tests.Files;

public sealed class PersistentFileTests : IDisposable
{
    readonly TreeOnDisk _disk = new();

    [Fact]
    public void A_kept_file_shows_what_was_written_since()
    {
        _disk.With("sys/energy_uj", "41\n");
        using var file = _disk.Tree.OpenPersistent("sys/energy_uj");
        Assert.True(file.TryReadNumber(out var first, out _));

        File.WriteAllText(_disk.Tree.GetFullPath("sys/energy_uj"), "1000042\n");
        Assert.True(file.TryReadNumber(out var second, out var reason));

        Assert.Equal((41, 1_000_042), (first, second));
        Assert.Null(reason);
    }

    [Theory]
    [InlineData("", ReadFailure.Empty)]
    [InlineData("\n", ReadFailure.Malformed)]
    [InlineData("-5\n", ReadFailure.Malformed)]
    [InlineData("12 34\n", ReadFailure.Malformed)]
    [InlineData("12.5\n", ReadFailure.Malformed)]
    [InlineData("99999999999999999999\n", ReadFailure.Malformed)]
    [InlineData("<unknown>\n", ReadFailure.Malformed)]
    public void What_is_not_one_whole_number_is_a_reason_and_never_zero(string text, string expected)
    {
        _disk.With("n", text);
        using var file = _disk.Tree.OpenPersistent("n");

        Assert.False(file.TryReadNumber(out _, out var reason));

        Assert.Equal(expected, reason);
    }

    [Fact]
    public void A_missing_file_is_a_reason_until_it_comes()
    {
        using var file = _disk.Tree.OpenPersistent("later");
        Assert.False(file.TryReadNumber(out _, out var before));

        _disk.With("later", "7");
        Assert.True(file.TryReadNumber(out var value, out _));

        Assert.Same(ReadFailure.Missing, before);
        Assert.Equal(7, value);
    }

    [Fact]
    public void A_folder_in_the_place_of_a_file_is_a_reason()
    {
        _disk.WithFolder("sys/energy_uj");
        using var file = _disk.Tree.OpenPersistent("sys/energy_uj");

        Assert.False(file.TryReadNumber(out _, out var reason));

        Assert.Same(ReadFailure.Folder, reason);
    }

    [Fact]
    public void A_refused_file_is_a_reason()
    {
        _disk.With("sys/energy_uj", "1");
        using var file = _disk.Refusing(path => path == "/sys/energy_uj" ? Libc.PermissionDenied : 0).OpenPersistent("sys/energy_uj");

        Assert.False(file.TryReadNumber(out _, out var reason));

        Assert.Same(ReadFailure.Denied, reason);
    }

    [Fact]
    public void A_file_longer_than_the_buffer_comes_whole_and_its_head_alone_if_asked()
    {
        var text = string.Join('\n', Enumerable.Range(0, 5000));
        _disk.With("long", text);
        using var file = _disk.Tree.OpenPersistent("long");
        using var head = _disk.Tree.OpenPersistent("long", maxBytes: 10);

        Assert.Equal(text, System.Text.Encoding.ASCII.GetString(file.Read(out _)));
        Assert.Equal(text[..10], System.Text.Encoding.ASCII.GetString(head.Read(out _)));
    }

    [Fact]
    public void A_read_allocates_nothing()
    {
        _disk.With("n", "123456\n");
        using var file = _disk.Tree.OpenPersistent("n");
        file.TryReadNumber(out _, out _);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            file.TryReadNumber(out _, out _);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    public void Dispose() => _disk.Dispose();
}
