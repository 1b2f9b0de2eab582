using Tonne.Cli.Wrapping;

namespace Tonne.Cli.Tests.Wrapping;

public class InheritedStateTests
{
    // signal(7), x86-64 and arm64: SIGHUP is 1, SIGTERM is 15; proc_pid_status(5): bit n - 1 stands for signal n.
    [Theory]
    [InlineData(1, 0x1UL)]
    [InlineData(15, 0x4000UL)]
    [InlineData(64, 0x8000_0000_0000_0000UL)]
    public void Signal_n_is_bit_n_minus_1(int signal, ulong bit) => Assert.Equal(bit, InheritedState.ToMask(signal));

    [Fact]
    public void A_broken_pipe_which_the_runtime_ignores_is_not_taken_for_inherited() =>
        Assert.False(InheritedState.Read().Ignores(13));
}
