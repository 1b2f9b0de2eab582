using Tonne.Hardware;

namespace Tonne.Tests.Hardware;

/// <summary>Names as drivers, makers and clouds write them, each with its board or with "none".</summary>
/// <remarks>
/// Written by us after public listings of nvidia-smi, rocm-smi, hl-smi, lspci and clouds. vGPU names: NVIDIA's vGPU documentation, tables of
/// boards and types. "none": the chip is not in the table, or the name leaves several boards open.
/// </remarks>
public sealed class AcceleratorNameTests
{
    const string Names = """
        NVIDIA GB200 | NVIDIA GB200
        NVIDIA GB200 NVL72 | NVIDIA GB200
        NVIDIA GB300 | NVIDIA GB300 (Blackwell Ultra)
        NVIDIA B300 SXM6 AC | NVIDIA B300 (Blackwell Ultra)
        NVIDIA B200 | NVIDIA B200
        NVIDIA H100 80GB HBM3 | NVIDIA H100 SXM5 80GB
        NVIDIA H100 80GB HBM2e | NVIDIA H100 PCIe
        NVIDIA H100 64GB HBM3 | NVIDIA H100 SXM5 64GB
        NVIDIA H100 96GB HBM3 | NVIDIA H100 SXM5 96GB
        NVIDIA H100-SXM5-96GB | NVIDIA H100 SXM5 96GB
        NVIDIA H100 PCIe | NVIDIA H100 PCIe
        NVIDIA H100 NVL | NVIDIA H100 NVL
        NVIDIA H100 Tensor Core GPU | NVIDIA H100 SXM5 80GB
        NVIDIA H100 80GB HBM3 MIG 1g.10gb | NVIDIA H100 SXM5 80GB
        NVIDIA GH200 480GB MIG 1g.12gb | NVIDIA GH200
        NVIDIA H100 NVL MIG 1g.12gb | NVIDIA H100 NVL
        NVIDIA H100 96GB HBM3 MIG 1g.12gb | NVIDIA H100 SXM5 96GB
        NVIDIA A100-SXM4-80GB MIG 1g.10gb | NVIDIA A100 SXM4 80 GB
        NVIDIA A100-SXM4-80GB MIG 1c.3g.40gb | NVIDIA A100 SXM4 80 GB
        NVIDIA A100-SXM4-40GB MIG 1g.5gb+me | NVIDIA A100 SXM4 40 GB
        A100-SXM4-80GB 3g.40gb | NVIDIA A100 SXM4 80 GB
        NVIDIA A30 MIG 1g.6gb | NVIDIA A30
        NVIDIA GH200 480GB | NVIDIA GH200
        NVIDIA GH200 120GB | NVIDIA GH200
        NVIDIA GH200 144G HBM3e | NVIDIA GH200 144GB
        NVIDIA H200 | NVIDIA H200 SXM
        NVIDIA H200 NVL | NVIDIA H200 NVL
        NVIDIA H20 | NVIDIA HGX H20
        NVIDIA H20-3e | NVIDIA H20 141GB
        NVIDIA H800 | NVIDIA H800 SXM5
        NVIDIA H800 PCIe | NVIDIA H800 PCIe
        NVIDIA A100-SXM4-40GB | NVIDIA A100 SXM4 40 GB
        NVIDIA A100-SXM4-80GB | NVIDIA A100 SXM4 80 GB
        NVIDIA A100-SXM-80GB | NVIDIA A100 SXM4 80 GB
        NVIDIA A100-SXM-64GB | NVIDIA A100 SXM4 64 GB
        NVIDIA A100-PCIE-40GB | NVIDIA A100 PCIe
        NVIDIA A100 80GB PCIe | NVIDIA A100 80GB PCIe
        NVIDIA A100-PCIe-80GB | NVIDIA A100 80GB PCIe
        NVIDIA A800-SXM4-80GB | NVIDIA A800 SXM
        NVIDIA A800 80GB PCIe | NVIDIA A800 PCIe 80 GB
        NVIDIA A800 40GB Active | NVIDIA A800 PCIe 40 GB
        NVIDIA A2 | NVIDIA A2
        NVIDIA A10 | NVIDIA A10 PCIe
        NVIDIA A10G | NVIDIA A10G
        NVIDIA A16 | NVIDIA A16 (one of four GPUs)
        NVIDIA A30 | NVIDIA A30
        NVIDIA A40 | NVIDIA A40 PCIe
        NVIDIA L2 | NVIDIA L2
        NVIDIA L4 | NVIDIA L4
        NVIDIA L20 | NVIDIA L20 PCIe
        NVIDIA L40 | NVIDIA L40
        NVIDIA L40S | NVIDIA L40S
        GRID A100-40C | NVIDIA A100 PCIe
        GRID A100X-4C | NVIDIA A100 SXM4 40 GB
        GRID A100D-80C | NVIDIA A100 80GB PCIe
        GRID A100DX-1-10C | NVIDIA A100 SXM4 80 GB
        GRID A100D-7-80C | NVIDIA A100 80GB PCIe
        NVIDIA A16-4Q | NVIDIA A16 (one of four GPUs)
        NVIDIA A40-48Q | NVIDIA A40 PCIe
        NVIDIA A10-24Q | NVIDIA A10 PCIe
        GRID T4-16Q | NVIDIA Tesla T4
        GRID V100DX-32Q | NVIDIA Tesla V100 SXM2 32 GB
        GRID V100S-32Q | NVIDIA Tesla V100S PCIe 32 GB
        GRID P40-24Q | NVIDIA P40
        GRID RTX6000-24Q | NVIDIA Quadro RTX 6000
        GRID RTX8000-12C | NVIDIA Quadro RTX 8000
        NVIDIA RTXA6000-48Q | NVIDIA RTX A6000
        NVIDIA RTX6000-Ada-48Q | NVIDIA RTX 6000 Ada Generation
        NVIDIA L40S-48Q | NVIDIA L40S
        NVIDIA L4-24C | NVIDIA L4
        NVIDIA H100XM-80C | NVIDIA H100 SXM5 80GB
        NVIDIA H100L-94C | NVIDIA H100 NVL
        NVIDIA H100-80C | NVIDIA H100 PCIe
        NVIDIA H200X-141C | NVIDIA H200 SXM
        NVIDIA H20X-141C | NVIDIA H20 141GB
        NVIDIA RTX 6000 Ada Generation | NVIDIA RTX 6000 Ada Generation
        NVIDIA RTX 5880 Ada Generation | NVIDIA RTX 5880 Ada Generation
        NVIDIA RTX 5000 Ada Generation | NVIDIA RTX 5000 Ada Generation
        NVIDIA RTX 4500 Ada Generation | NVIDIA RTX 4500 Ada Generation
        NVIDIA RTX 4000 Ada Generation | NVIDIA RTX 4000 Ada Generation
        NVIDIA RTX 4000 SFF Ada Generation | NVIDIA RTX 4000 SFF Ada Generation
        NVIDIA RTX 2000 Ada Generation | NVIDIA RTX 2000 Ada Generation
        NVIDIA RTX PRO 6000 Blackwell Workstation Edition | NVIDIA RTX PRO 6000 Blackwell Workstation Edition
        NVIDIA RTX PRO 6000 Blackwell Max-Q Workstation Edition | NVIDIA RTX PRO 6000 Blackwell Max-Q Workstation Edition
        NVIDIA RTX PRO 6000 Blackwell Server Edition | NVIDIA RTX PRO 6000 Blackwell Server Edition
        NVIDIA RTX A6000 | NVIDIA RTX A6000
        NVIDIA RTX A5500 | NVIDIA RTX A5500
        NVIDIA RTX A5000 | NVIDIA RTX A5000
        NVIDIA RTX A4500 | NVIDIA RTX A4500
        NVIDIA RTX A4000 | NVIDIA RTX A4000
        NVIDIA RTX A2000 12GB | NVIDIA RTX A2000 12GB
        NVIDIA RTX A1000 | NVIDIA RTX A1000
        Quadro RTX A6000 | NVIDIA RTX A6000
        Quadro RTX 8000 | NVIDIA Quadro RTX 8000
        Quadro RTX 6000 | NVIDIA Quadro RTX 6000
        Quadro RTX 5000 | NVIDIA Quadro RTX 5000
        Quadro RTX 4000 | NVIDIA Quadro RTX 4000
        Quadro GV100 | NVIDIA Quadro GV100
        Quadro P6000 | NVIDIA Quadro P6000
        NVIDIA T1000 | NVIDIA T1000
        NVIDIA GeForce RTX 5090 | NVIDIA GeForce RTX 5090
        NVIDIA GeForce RTX 5090 D | NVIDIA GeForce RTX 5090 D
        NVIDIA GeForce RTX 5080 | NVIDIA GeForce RTX 5080
        NVIDIA GeForce RTX 5070 Ti | NVIDIA GeForce RTX 5070 Ti
        NVIDIA GeForce RTX 5060 Ti | NVIDIA GeForce RTX 5060 Ti
        NVIDIA GeForce RTX 4090 | NVIDIA GeForce RTX 4090
        NVIDIA GeForce RTX 4090 D | NVIDIA GeForce RTX 4090 D
        NVIDIA GeForce RTX 4090 Laptop GPU | NVIDIA GeForce RTX 4090 Laptop GPU
        NVIDIA GeForce RTX 4080 SUPER | NVIDIA GeForce RTX 4080 SUPER
        NVIDIA GeForce RTX 4070 Ti SUPER | NVIDIA GeForce RTX 4070 Ti SUPER
        NVIDIA GeForce RTX 4070 Ti | NVIDIA GeForce RTX 4070 Ti
        NVIDIA GeForce RTX 4070 SUPER | NVIDIA GeForce RTX 4070 SUPER
        NVIDIA GeForce RTX 4070 | NVIDIA GeForce RTX 4070
        NVIDIA GeForce RTX 4060 Ti | NVIDIA GeForce RTX 4060 Ti 16GB
        NVIDIA GeForce RTX 3090 Ti | NVIDIA GeForce RTX 3090 Ti
        NVIDIA GeForce RTX 3080 Ti | NVIDIA GeForce RTX 3080 Ti
        NVIDIA GeForce RTX 3080 | NVIDIA GeForce RTX 3080
        NVIDIA GeForce RTX 3070 | NVIDIA GeForce RTX 3070
        NVIDIA GeForce RTX 3060 Ti | NVIDIA GeForce RTX 3060 Ti
        NVIDIA GeForce RTX 3060 | NVIDIA GeForce RTX 3060
        NVIDIA GeForce RTX 3060/PCIe/SSE2 | NVIDIA GeForce RTX 3060
        NVIDIA GeForce RTX 3060 Laptop GPU | NVIDIA GeForce RTX 3060 Laptop GPU
        NVIDIA GeForce RTX 3050 Laptop GPU | NVIDIA GeForce RTX 3050 Laptop GPU
        NVIDIA GeForce RTX 2080 Ti | NVIDIA GeForce RTX 2080 Ti 11GB
        NVIDIA GeForce RTX 2080 SUPER | NVIDIA GeForce RTX 2080 SUPER
        NVIDIA GeForce RTX 2070 | NVIDIA GeForce RTX 2070
        NVIDIA GeForce RTX 2060 | NVIDIA GeForce RTX 2060
        NVIDIA GeForce GTX 1660 Ti | NVIDIA GeForce GTX 1660 Ti
        NVIDIA GeForce GTX 1650 | NVIDIA GeForce GTX 1650
        GeForce GTX 1080 Ti | NVIDIA GeForce GTX 1080 Ti
        GeForce GTX 1080 | NVIDIA GeForce GTX 1080
        GeForce GTX 1060 6GB | NVIDIA GeForce GTX 1060 6GB
        GeForce GTX TITAN X | NVIDIA GeForce GTX TITAN X
        NVIDIA TITAN X (Pascal) | NVIDIA TITAN X (Pascal)
        NVIDIA TITAN Xp | NVIDIA TITAN Xp
        NVIDIA TITAN Xp COLLECTORS EDITION | NVIDIA TITAN Xp
        TITAN V | NVIDIA Titan V
        TITAN RTX | NVIDIA TITAN RTX
        4070ti | NVIDIA GeForce RTX 4070 Ti
        4090 | NVIDIA GeForce RTX 4090
        rtx4070 | NVIDIA GeForce RTX 4070
        Tesla V100-SXM2-16GB | NVIDIA Tesla V100 SXM2 16 GB
        Tesla V100-SXM3-32GB | NVIDIA Tesla V100 SXM3 32 GB
        Tesla V100-FHHL-16GB | NVIDIA Tesla V100 FHHL 16 GB
        Tesla V100S-PCIE-32GB | NVIDIA Tesla V100S PCIe 32 GB
        Tesla P100-PCIE-16GB | NVIDIA Tesla P100 PCIe 16GB
        Tesla P100-PCIE-12GB | NVIDIA Tesla P100 PCIe 12GB
        Tesla P4 | NVIDIA Tesla P4
        Tesla K80 | NVIDIA Tesla K80
        Tesla K40m | NVIDIA Tesla K40m
        Tesla M40 | NVIDIA M40
        Tesla M40 24GB | NVIDIA M40 24GB
        Tesla M60 | NVIDIA TESLA M60
        Tesla T4 | NVIDIA Tesla T4
        NVIDIA GB10 | NVIDIA GB10
        NVIDIA DGX Spark | NVIDIA GB10
        NVIDIA DRIVE-PG199-PROD | NVIDIA DRIVE A100 PROD
        NVIDIA Jetson AGX Orin Developer Kit | NVIDIA Jetson AGX Orin 64GB
        NVIDIA Jetson Orin Nano 8GB | NVIDIA Jetson Orin Nano 8GB
        NVIDIA Jetson Orin NX 16GB | NVIDIA Jetson Orin NX 16GB
        Jetson AGX Xavier | NVIDIA Jetson AGX Xavier
        NVIDIA Thor | NVIDIA Jetson Thor T5000
        AMD Instinct MI355X | AMD Instinct MI355X
        AMD Instinct MI325X | AMD Instinct MI325X
        AMD Instinct MI300X | AMD Instinct MI300X
        AMD Instinct MI300X VF | AMD Instinct MI300X
        AMD Instinct MI300X OAM | AMD Instinct MI300X
        AMD Instinct MI300A | AMD Instinct MI300A
        AMD Instinct MI308X | AMD Radeon Instinct MI308X
        AMD Instinct MI250X/MI250 | AMD Radeon Instinct MI250X
        AMD INSTINCT MI250 (MCM) OAM AC MBA | AMD Instinct MI250
        Advanced Micro Devices, Inc. [AMD/ATI] Aldebaran/MI200 [Instinct MI250X/MI250] (rev 01) | AMD Radeon Instinct MI250X
        AMD Instinct MI210 | AMD Instinct MI210
        AMD Instinct MI100 | AMD Instinct MI100
        Radeon Instinct MI50 | AMD Instinct MI50
        Radeon RX 7900 XTX | AMD Radeon RX 7900 XTX
        AMD Radeon RX 7900 XT | AMD Radeon RX 7900 XT
        AMD Radeon RX 9070 XT | AMD Radeon RX 9070 XT
        AMD Radeon PRO W7900 | AMD Radeon PRO W7900
        AMD Radeon AI PRO R9700 | AMD Radeon AI PRO R9700
        Intel(R) Data Center GPU Max 1550 | Intel Data Center GPU Max 1550
        Intel(R) Data Center GPU Flex 170 | Intel Data Center GPU Flex 170
        Intel(R) Arc(TM) A770 Graphics | Intel Arc A770
        Intel Corporation DG2 [Arc A770] (rev 08) | Intel Arc A770
        Intel(R) Arc(TM) B580 Graphics | Intel Arc B580
        HL-225 | Intel Habana Gaudi2
        HL-225H | Intel Habana Gaudi2
        HL-205 | Intel Habana GAUDI HL-205
        HL-325L | Intel Habana Gaudi3
        Intel Gaudi 3 | Intel Habana Gaudi3
        TPU v3 | Google TPU v3
        TPU v4 | Google TPU v4
        TPU v4-8 | Google TPU v4
        TPU v5 lite | Google TPU v5e
        TPU v5p | Google TPU v5p
        TPU v6 lite | Google TPU v6e Trillium
        TPU v6e | Google TPU v6e Trillium
        TPU7x | Google TPU v7 Ironwood
        Inferentia2 | Amazon Inferentia2
        AWS Inferentia2 | Amazon Inferentia2
        AWS Trainium | Amazon Trainium1
        AWS Trainium2 | Amazon Trainium2
        Huawei Ascend 910B | Huawei Ascend 910B
        Ascend 310 | Huawei Ascend 310
        Apple M1 | Apple M1
        Apple M2 Ultra | Apple M2 Ultra
        Apple M4 Max GPU | Apple M4 Max
        NVIDIA Corporation GA100 [A100 PCIe 40GB] (rev a1) | NVIDIA A100 PCIe
        NVIDIA Corporation GA102GL [RTX A6000] (rev a1) | NVIDIA RTX A6000
        GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-5d1a2b3c-0000-0000-0000-000000000000) | NVIDIA A100 SXM4 40 GB
        nvidia-tesla-a100 | NVIDIA A100 SXM4 80 GB
        nvidia-h100-mega-80gb | NVIDIA H100 SXM5 80GB
        nvidia-h200-141gb | NVIDIA H200 SXM
        NVIDIA-A100-SXM4-80GB-SHARED | NVIDIA A100 SXM4 80 GB
        NVIDIA-A100-SXM4-80GB-MIG-1g.10gb | NVIDIA A100 SXM4 80 GB
        v5litepod-8 | Google TPU v5e
        RTX 3060 8GB | NVIDIA GeForce RTX 3060 8GB
        NVIDIA RTX PRO 4500 Blackwell | NVIDIA RTX PRO 4500 Blackwell
        NVIDIA RTX 5000 Ada Generation Laptop GPU | NVIDIA RTX 5000 Ada Generation Laptop GPU
        NVIDIA RTX Pro 6000 Blackwell DC-96Q | NVIDIA RTX PRO 6000 Blackwell Server Edition
        NVIDIA GeForce GT 1030 | NVIDIA GeForce GT 1030
        Tesla K20Xm | NVIDIA Tesla K20X
        Tesla K40c | NVIDIA Tesla K40m
        Radeon RX 6700 XT | AMD Radeon RX 6700 XT
        AMD Radeon Pro W6800 | AMD Radeon PRO W6800
        Radeon RX 6800 | AMD Radeon RX 6800
        RTX 3060 6GB | none
        NVIDIA T4G | none
        NVIDIA PG506-232 | none
        Quadro T2000 | none
        RTX PRO 5000 | NVIDIA RTX PRO 5000 Blackwell
        NVIDIA RTX A2000 8GB Laptop GPU | none
        GeForce 310 | none
        NVIDIA 310 | none
        Huawei A2 | none
        AMD A100 | none
        NVIDIA MI300X | none
        GeForce RTX A6000 | none
        GeForce A100 | none
        GTX 4090 | none
        NVIDIA GeForce RTX 4095 | none
        NVIDIA A1000 | NVIDIA RTX A1000
        NVIDIA A100X | none
        NVIDIA H1000 | none
        NVIDIA L400 | none
        NVIDIA GeForce RTX 4070 Ti Laptop GPU | none
        NVIDIA RTX A5000 Laptop GPU | none
        Quadro RTX 5000 with Max-Q Design | none
        RTX 6000 | none
        RTX 4000 | none
        NVIDIA A100-SXM4-96GB | none
        NVIDIA A10 SXM | none
        AMD Instinct MI300 | none
        AMD Radeon Graphics | none
        Radeon RX 7900 XT/7900 GRE | none
        Orin (nvgpu) | none
        Intel(R) UHD Graphics 770 | none
        NVIDIA A | none
        2 x NVIDIA A100-SXM4-80GB | none
        NVIDIA A100, NVIDIA V100 | none
        Groq A100 | none
        """;

    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (var line in Names.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = line.Split(" | ");
            cases.Add(parts[0].Trim(), parts[1].Trim());
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_name_finds_its_board_or_none(string name, string expected) => Assert.Equal(expected, AcceleratorCatalog.Find(name).Value?.Name ?? "none");

    [Theory]
    [InlineData("NVIDIA A100-SXM4-96GB", "NVIDIA")]
    [InlineData("GeForce 310", "NVIDIA")]
    [InlineData("NVIDIA GeForce RTX 4095", "NVIDIA")]
    [InlineData("AMD Instinct MI300", "AMD")]
    [InlineData("NVIDIA H1000", "NVIDIA")]
    public void An_unknown_name_is_answered_with_boards_of_its_maker(string name, string maker)
    {
        var nearest = AcceleratorCatalog.Find(name).Unknown!.Nearest;

        Assert.All(nearest, near => Assert.Equal(maker, AcceleratorCatalog.All.Single(row => row.Name == near).Vendor));
    }

    [Theory]
    [InlineData("Orin (nvgpu)", "NVIDIA Jetson AGX Orin 64GB")]
    [InlineData("RTX 6000", "NVIDIA Quadro RTX 6000", "NVIDIA RTX 6000 Ada Generation")]
    [InlineData("Radeon RX 7900 XT/7900 GRE", "AMD Radeon RX 7900 XT", "AMD Radeon RX 7900 GRE")]
    [InlineData("NVIDIA A100, NVIDIA V100", "NVIDIA A100 SXM4 80 GB", "NVIDIA Tesla V100 SXM2 16 GB")]
    public void A_name_of_several_boards_lists_them(string name, params string[] boards)
    {
        var unknown = AcceleratorCatalog.Find(name).Unknown!;

        Assert.True(unknown.Ambiguous);
        Assert.All(boards, board => Assert.Contains(board, unknown.Nearest));
    }

    [Fact]
    public void Each_name_and_alias_finds_its_own_row_and_no_other()
    {
        var wrong = AcceleratorCatalog.Names.Select(entry => (entry.Name, Expected: entry.Row.Name, Found: AcceleratorCatalog.Find(entry.Name).Value?.Name)).Where(found => found.Expected != found.Found);

        Assert.Empty(wrong);
    }

    [Fact]
    public void A_name_after_another_makers_is_refused()
    {
        string[] makers = [.. AcceleratorCatalog.All.Select(row => row.Vendor).Distinct()];
        var wrong = AcceleratorCatalog.Names.SelectMany(entry => makers.Where(maker => maker != entry.Row.Vendor).SelectMany(maker => new[] { $"{maker} {entry.Name}", $"{maker} {entry.Name.Replace(entry.Row.Vendor, "", StringComparison.OrdinalIgnoreCase)}" }))
            .Where(name => AcceleratorCatalog.Find(name).IsFound);

        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("Z9")]
    [InlineData("Ultimate")]
    [InlineData("v2")]
    public void A_name_with_a_word_more_is_not_that_board(string word)
    {
        var wrong = AcceleratorCatalog.Names.Select(entry => $"{entry.Name} {word}").Where(name => AcceleratorCatalog.Find(name).IsFound);

        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("GeForce", "NVIDIA RTX A6000")]
    [InlineData("Radeon", "NVIDIA A100 PCIe")]
    [InlineData("Tesla", "NVIDIA GeForce RTX 4090")]
    [InlineData("Instinct", "AMD Radeon RX 7900 XTX")]
    [InlineData("Quadro", "NVIDIA A100 PCIe")]
    public void A_name_after_another_product_line_is_refused(string line, string name) => Assert.False(AcceleratorCatalog.Find($"{line} {name}").IsFound);

    [Theory]
    [InlineData(1_000)]
    [InlineData(1_000_000)]
    public void A_very_long_name_is_answered_at_once(int length)
    {
        foreach (var name in new[] { new string('a', length), new string('1', length), string.Concat(Enumerable.Repeat("1-", length / 2)), "[" + new string('[', length - 1) })
        {
            Assert.False(AcceleratorCatalog.Find(name).IsFound);
            Assert.Equal("unknown", AcceleratorCatalog.Recognise(name).Vendor);
        }
    }

    [Fact]
    public void A_counted_device_is_one_of_them()
    {
        // CodeCarbon's gpu_model.
        Assert.Equal("NVIDIA A100 SXM4 80 GB", AcceleratorCatalog.Recognise("2 x NVIDIA A100-SXM4-80GB").Name);
    }
}
