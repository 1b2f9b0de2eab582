using Tonne.Hardware;

namespace Tonne.Tests.Hardware;

public sealed class AcceleratorSliceTests
{
    // NVIDIA, Multi-Instance GPU user guide, supported MIG profiles: fraction of SMs and of memory. The guide prints 1/8 for 1g.10gb of the
    // A100 of 40 GB, which is 10 of 40 GB.
    [Theory]
    [InlineData("A100 1g.10gb", "NVIDIA A100 SXM4 80 GB", 1 / 7d, 1 / 8d, 10)]
    [InlineData("A100 1g.20gb", "NVIDIA A100 SXM4 80 GB", 1 / 7d, 2 / 8d, 20)]
    [InlineData("A100 80GB PCIe 2g.20gb", "NVIDIA A100 80GB PCIe", 2 / 7d, 2 / 8d, 20)]
    [InlineData("A100 40GB 1g.10gb", "NVIDIA A100 SXM4 40 GB", 1 / 7d, 2 / 8d, 10)]
    [InlineData("A100 1g.5gb", "NVIDIA A100 SXM4 40 GB", 1 / 7d, 1 / 8d, 5)]
    [InlineData("NVIDIA A100-SXM4-40GB MIG 2g.10gb", "NVIDIA A100 SXM4 40 GB", 2 / 7d, 2 / 8d, 10)]
    [InlineData("NVIDIA A100-SXM4-40GB MIG 4g.20gb", "NVIDIA A100 SXM4 40 GB", 4 / 7d, 4 / 8d, 20)]
    [InlineData("NVIDIA A100-SXM4-80GB MIG 7g.80gb", "NVIDIA A100 SXM4 80 GB", 1, 1, 80)]
    [InlineData("H100 MIG 3g.40gb", "NVIDIA H100 SXM5 80GB", 3 / 7d, 4 / 8d, 40)]
    [InlineData("NVIDIA H100 NVL MIG 3g.47gb", "NVIDIA H100 NVL", 3 / 7d, 4 / 8d, 47)]
    [InlineData("NVIDIA GH200 480GB MIG 1g.12gb", "NVIDIA GH200", 1 / 7d, 1 / 8d, 12)]
    [InlineData("GH200 3g.48gb", "NVIDIA GH200", 3 / 7d, 4 / 8d, 48)]
    [InlineData("H200 1g.18gb+me", "NVIDIA H200 SXM", 1 / 7d, 1 / 8d, 18)]
    [InlineData("H200 NVL 3g.71gb", "NVIDIA H200 NVL", 3 / 7d, 4 / 8d, 71)]
    [InlineData("B200 1g.23gb", "NVIDIA B200", 1 / 7d, 1 / 8d, 23)]
    [InlineData("b200 2g.45gb", "NVIDIA B200", 2 / 7d, 2 / 8d, 45)]
    [InlineData("A30 1g.6gb", "NVIDIA A30", 1 / 4d, 1 / 4d, 6)]
    [InlineData("A30 MIG 2g.12gb+me", "NVIDIA A30", 2 / 4d, 2 / 4d, 12)]
    [InlineData("A30 4g.24gb", "NVIDIA A30", 1, 1, 24)]
    [InlineData("RTX PRO 6000 Blackwell Server Edition 2g.48gb", "NVIDIA RTX PRO 6000 Blackwell Server Edition", 1 / 2d, 1 / 2d, 48)]
    [InlineData("NVIDIA-A100-SXM4-80GB-MIG-1g.10gb", "NVIDIA A100 SXM4 80 GB", 1 / 7d, 1 / 8d, 10)]
    [InlineData("a100_1g.10gb", "NVIDIA A100 SXM4 80 GB", 1 / 7d, 1 / 8d, 10)]
    [InlineData("NVIDIA A100-SXM4-40GB MIG 1g.5gb Device 0:", "NVIDIA A100 SXM4 40 GB", 1 / 7d, 1 / 8d, 5)]
    // A compute instance shares the bandwidth of its three slices with two others.
    [InlineData("NVIDIA A100-SXM4-80GB MIG 1c.3g.40gb", "NVIDIA A100 SXM4 80 GB", 1 / 7d, 4 / 8d / 3, 40)]
    public void A_name_with_a_profile_is_a_share_of_the_board(string name, string board, double compute, double memory, double gigabytes)
    {
        var slice = AcceleratorCatalog.FindWithSlice(name).ValueOrThrow;

        Assert.Equal(board, slice.Slice!.Board.Name);
        Assert.Equal((compute, memory, gigabytes), (slice.Slice.ComputeShare, slice.Slice.MemoryShare, slice.MemoryGigabytes));
        var (whole, part) = (AcceleratorDatasheet.Find(slice.Slice.Board)!, AcceleratorDatasheet.Find(slice)!);
        Assert.Equal(whole.Dense16BitTeraflops!.Value * compute, part.Dense16BitTeraflops!.Value, 9);
        Assert.Equal(whole.BandwidthGigabytesPerSecond!.Value * memory, part.BandwidthGigabytesPerSecond!.Value, 9);
        // Its own name finds it again, as files and life cycles keep it.
        Assert.Equal(slice, AcceleratorCatalog.FindWithSlice(slice.Name).ValueOrThrow);
        // Meters see the whole board.
        Assert.Null(AcceleratorCatalog.Find(slice.Name).ValueOrThrow.Slice);
    }

    [Theory]
    [InlineData("H100 1g.5gb", "NVIDIA H100 SXM5 80GB has 1g.10gb, 1g.20gb, 2g.20gb, 3g.40gb, 4g.40gb, 7g.80gb")]
    [InlineData("A100 80GB 1g.5gb", "NVIDIA A100 SXM4 80 GB has 1g.10gb")]
    [InlineData("A100 MIG", "the profile of the slice is missing; NVIDIA A100 SXM4 80 GB has 1g.10gb")]
    [InlineData("V100 1g.5gb", "no MIG profiles of NVIDIA Tesla V100 SXM2 16 GB are published; name the whole board")]
    [InlineData("1g.10gb", "write it before the profile, as in H100 1g.10gb")]
    [InlineData("nvidia.com/mig-1g.5gb", "the board is missing")]
    [InlineData("H100 4c.3g.40gb", "3g.40gb has 3 compute slices")]
    [InlineData("H1000 1g.10gb", "Nearest: ")]
    public void What_is_no_slice_of_the_board_is_refused_with_the_remedy(string name, string message) =>
        Assert.Contains(message, AcceleratorCatalog.FindWithSlice(name).Unknown!.Message, StringComparison.Ordinal);

    [Fact]
    public void A_whole_board_is_found_as_ever()
    {
        foreach (var name in new[] { "h100", "A100 80GB", "TPU v4", "NVIDIA GeForce RTX 4090", "h1000" })
        {
            Assert.Equal(AcceleratorCatalog.Find(name).Value, AcceleratorCatalog.FindWithSlice(name).Value);
            Assert.Null(AcceleratorCatalog.FindWithSlice(name).Value?.Slice);
        }
    }

    [Fact]
    public void The_slices_of_a_board_draw_together_what_the_board_draws()
    {
        var slice = AcceleratorCatalog.FindWithSlice("A100 1g.10gb").ValueOrThrow;
        var board = slice.Slice!.Board;

        foreach (var (part, whole) in new[] { (slice.TrainingPower, board.TrainingPower), (slice.IdlePower, board.IdlePower), (slice.Tdp, board.Tdp) })
        {
            Assert.Equal(whole.Bounds.Best, 7 * part.Bounds.Best, 9);
            Assert.True(part.Bounds.Low < part.Bounds.Best && part.Bounds.High <= whole.Bounds.High);
            Assert.NotEqual(whole.Id, part.Id);
        }

        // Alone on the board a slice carries all of the idle power.
        Assert.True(slice.TrainingPower.Bounds.High > board.IdlePower.Bounds.High);
        // The whole board as one slice: its own power.
        var all = AcceleratorCatalog.FindWithSlice("A100 7g.80gb").ValueOrThrow;
        Assert.Equal((board.TrainingPower.Bounds.Best, board.TrainingPower.Bounds.High), (all.TrainingPower.Bounds.Best, all.TrainingPower.Bounds.High));
    }
}
