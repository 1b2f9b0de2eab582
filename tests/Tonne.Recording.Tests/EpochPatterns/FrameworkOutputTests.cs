using System.Globalization;

namespace Tonne.Recording.Tests.EpochPatterns;

/// <summary>Lines as frameworks print them: each epoch once, with its metrics, at the time of its last line.</summary>
/// <remarks>Written after public logs and the frameworks' own format strings; the version is that of the format.</remarks>
public class FrameworkOutputTests
{
    [Fact]
    public void Mmengine_0_10_prints_the_phase_between_the_word_and_the_number()
    {
        static string Train(int epoch, int step, double loss) => Text(
            $"2024/03/01 12:00:00 - mmengine - INFO - Epoch(train)  [{epoch}][{step,3}/118]  lr: 1.0000e-02  eta: 0:10:00  time: 0.3210  data_time: 0.0102  memory: 3201  loss: {loss}  loss_cls: 1.2000  loss_bbox: 0.5000\n");

        Assert.Equal(
            [
                "1s epoch 1 learning_rate=0.01 loss=2.4 loss_bbox=0.5 loss_cls=1.2",
                "4s epoch 2 learning_rate=0.01 loss=1.9 loss_bbox=0.5 loss_cls=1.2 validation_coco_bbox_map=0.321 validation_coco_bbox_map_50=0.512",
            ],
            Heard.From(
                Train(1, 50, 2.5), Train(1, 100, 2.4), "2024/03/01 12:00:00 - mmengine - INFO - Saving checkpoint at 1 epochs\n" + Train(2, 50, 2), Train(2, 100, 1.9),
                "2024/03/01 12:30:00 - mmengine - INFO - Epoch(val) [2][50/50]    coco/bbox_mAP: 0.3210  coco/bbox_mAP_50: 0.5120  data_time: 0.01  time: 0.02\n"));
    }

    [Theory]
    // ultralytics 8.2, with bars of tqdm; 8.3.190, with its own bars; YOLOv5 7.0.
    [InlineData("GPU_mem   box_loss   cls_loss   dfl_loss  Instances       Size", "2.61G      1.8      2.8      1.4         22        640: 100%|██████████| 8/8 [00:03<00:00,  2.42it/s]", "dfl_loss=1.4")]
    [InlineData("GPU_mem   box_loss   cls_loss   dfl_loss  Instances       Size", "2.61G      1.8      2.8      1.4         22        640: 100% ━━━━━━━━━━━━ 8/8 2.4it/s 3.3s", "dfl_loss=1.4")]
    [InlineData("GPU_mem   box_loss   cls_loss   obj_loss  Instances       Size", "2.61G      1.8      2.8      1.4         22        640: 100%|██████████| 8/8 00:03", "obj_loss=1.4")]
    public void Ultralytics_prints_a_heading_and_a_row_for_each_epoch(string heading, string row, string last)
    {
        var start = "\n      Epoch    " + heading + "\n";
        string Bar(int epoch) => $"\x1b[K        {epoch}/2      2.61G      2.5      2.8      1.4         22        640:  12%|█         | 1/8 [00:00<00:03,  2.42it/s]\r\x1b[K        {epoch}/2      {row}\n";
        static string Validation(double score) => Text(
            $"                 Class     Images  Instances      Box(P          R      mAP50  mAP50-95): 100%|██████████| 4/4 [00:01<00:00,  2.94it/s]\n                   all        128        929       0.61       0.51       {score}       0.41\n");

        Assert.Equal(
            [
                $"2s epoch 1 box_loss=1.8 cls_loss=2.8 {last} validation_map50=0.61 validation_map50_95=0.41 validation_precision=0.61 validation_recall=0.51",
                $"5s epoch 2 box_loss=1.8 cls_loss=2.8 {last} validation_map50=0.62 validation_map50_95=0.41 validation_precision=0.61 validation_recall=0.51",
            ],
            Heard.From(start, Bar(1), Validation(0.61), start, Bar(2), Validation(0.62), "\n2 epochs completed in 0.005 hours.\n"));
    }

    [Fact]
    public void Fastai_2_7_prints_a_table() => Assert.Equal(
        ["1s epoch 0 error_rate=0.091234 loss=0.912345 validation_loss=0.812345", "3s epoch 1 error_rate=0.081234 loss=0.812345 validation_loss=0.712345"],
        Heard.From(
            "epoch     train_loss  valid_loss  error_rate  time    \n",
            "0         0.912345    0.812345    0.091234    00:03     \n",
            "Epoch 2/2 : |--------------------| 0.00% [0/3 00:00<?]\r", "1         0.812345    0.712345    0.081234    00:04     \n"));

    [Fact]
    public void Skorch_1_0_prints_a_table() => Assert.Equal(
        ["1s epoch 1 loss=0.69 validation_accuracy=0.54 validation_loss=0.68", "2s epoch 2 loss=0.6 validation_accuracy=0.6 validation_loss=0.59"],
        Heard.From(
            "  epoch    train_loss    valid_acc    valid_loss     dur\n-------  ------------  -----------  ------------  ------\n",
            "      1        \x1b[36m0.6900\x1b[0m       \x1b[32m0.5400\x1b[0m        \x1b[35m0.6800\x1b[0m  0.1000\n", "      2        0.6000       0.6000        0.5900  0.1000\n"));

    [Fact]
    public void Scikit_learn_1_5_prints_a_table_of_boosting_iterations() => Assert.Equal(
        ["1s epoch 1 loss=0.9", "2s epoch 2 loss=0.8"],
        Heard.From("      Iter       Train Loss   Remaining Time \n", "         1           0.9000            1.20s\n", "         2           0.8000            1.10s\n"));

    [Fact]
    public void Ultralytics_segmentation_has_the_scores_of_boxes_and_of_masks() => Assert.Equal(
        ["1s epoch 1 box_loss=1.8 loss=0.5 seg_loss=2.8 validation_map50=0.61 validation_mask_map50=0.58 validation_mask_precision=0.5 validation_precision=0.6"],
        // ultralytics 8.2, columns left out
        Heard.From(
            "      Epoch    GPU_mem   box_loss   seg_loss   loss  Instances       Size\n        1/1      2.61G      1.8      2.8      0.5         22        640: 100%|██████████| 8/8 [00:03<00:00,  2.42it/s]\n",
            "                 Class     Images  Instances      Box(P      mAP50)     Mask(P      mAP50): 100%|██████████| 4/4 [00:01<00:00,  2.94it/s]\n                   all        128        929        0.6       0.61        0.5       0.58\n"));

    [Fact]
    public void SpaCy_3_7_prints_a_row_for_each_evaluation() => Assert.Equal(
        ["2s epoch 0 ents_f=62.01 ents_p=61.4 ents_r=62.64 loss_ner=2525.63 loss_tok2vec=53.5 score=0.62", "3s epoch 1 ents_f=70 ents_p=71 ents_r=69 loss_ner=1500 loss_tok2vec=60 score=0.7"],
        Heard.From(
            "ℹ Initial learn rate: 0.001\nE    #       LOSS TOK2VEC  LOSS NER  ENTS_F  ENTS_P  ENTS_R  SCORE \n---  ------  ------------  --------  ------  ------  ------  ------\n",
            "  0       0          0.00     48.86    0.00    0.00    0.00    0.00\n",
            "  0     200         53.50   2525.63   62.01   61.40   62.64    0.62\n",
            "  1     400         60.00   1500.00   70.00   71.00   69.00    0.70\n",
            "✔ Saved pipeline to output directory\n"));

    [Fact]
    public void Timm_1_0_names_no_epoch() => Assert.Equal(
        ["0s epoch-begin 0", "2s epoch 0 learning_rate=1E-06 loss=6.91 validation_acc@1=0.11 validation_acc@5=0.52 validation_loss=6.9", "3s epoch 1 learning_rate=1E-06 loss=6.8"],
        Heard.From(
            "Train: 0 [   0/1251 (  0%)]  Loss: 6.94 (6.94)  Time: 1.234s,  103.72/s  (1.234s,  103.72/s)  LR: 1.000e-06  Data: 0.500 (0.500)\n",
            "Train: 0 [1250/1251 (100%)]  Loss: 6.90 (6.91)  Time: 1.234s,  103.72/s  (1.234s,  103.72/s)  LR: 1.000e-06  Data: 0.500 (0.500)\n",
            "Test: [ 195/195]  Time: 0.500 (0.510)  Loss:   6.910 ( 6.900)  Acc@1:   0.100 (  0.110)  Acc@5:   0.500 (  0.520)\n",
            "Train: 1 [1250/1251 (100%)]  Loss: 6.80 (6.80)  Time: 1.234s,  103.72/s  (1.234s,  103.72/s)  LR: 1.000e-06  Data: 0.500 (0.500)\n"));

    [Fact]
    public void Torchtune_0_6_has_a_bar_for_each_epoch() => Assert.Equal(
        ["1s epoch 1 loss=1.2", "2s epoch 2 loss=1"],
        Heard.From(
            "\r1|24|Loss: 1.5:  96%|█████████▌| 24/25 [00:29<00:01,  1.20s/it]",
            "\r1|25|Loss: 1.2: 100%|██████████| 25/25 [00:30<00:00,  1.20s/it]",
            "\r2|50|Loss: 1.0: 100%|██████████| 25/25 [00:30<00:00,  1.20s/it]\n"));

    [Fact]
    public void Litgpt_0_5_prints_the_loss_of_each_phase_after_one_name() => Assert.Equal(
        ["1s epoch 1 loss=1.8 validation_loss=1.5", "2s epoch 2 loss=1.7 validation_loss=1.4"],
        Heard.From(
            "Epoch 1 | iter 100 step 25 | loss train: 1.900, val: n/a | iter time: 300.12 ms (step) remaining time: 0:10:00\n",
            "Epoch 1 | iter 200 step 50 | loss train: 1.800, val: 1.5 | iter time: 300.12 ms (step) remaining time: 0:10:00\n",
            "Epoch 2 | iter 200 step 50 | loss train: 1.700, val: 1.4 | iter time: 300.12 ms (step) remaining time: 0:10:00\n"));

    [Fact]
    public void ESPnet_202402_writes_the_number_before_the_word() => Assert.Equal(
        ["2s epoch 1 acc=0.2 loss=61.7 loss_ctc=68.3 lr_0=1E-05 validation_accuracy=0.22 validation_loss=59.1".Replace("acc=0.2 ", "accuracy=0.2 ", StringComparison.Ordinal), "3s epoch 2 loss=50.5"],
        Heard.From(
            "[gpu01] 2024-02-11 16:30:04,578 (trainer:184) INFO: 1/2epoch started\n",
            "[gpu01] 2024-02-11 16:30:04,578 (trainer:486) INFO: 1epoch:train:1-682batch: iter_time=2.878e-04, forward_time=0.134, loss=123.9, loss_ctc=232.4, acc=0.013, lr_0=3.4e-06, train_time=1.816\n",
            "[gpu01] 2024-02-11 16:30:18,406 (trainer:243) INFO: 1epoch results: [train] iter_time=0.001, loss=61.7, loss_ctc=68.3, acc=0.200, lr_0=1e-05, train_time=0.013, time=1 minute and 42.6 seconds, total_count=7507, gpu_max_cached_mem_GB=5.2, [valid] loss=59.1, acc=0.22, time=3 seconds, total_count=240, [att_plot] time=0.28 seconds, total_count=0\n",
            "[gpu01] 2024-02-11 16:31:18,406 (trainer:243) INFO: 2epoch results: [train] iter_time=0.001, loss=50.5, time=1 minute and 42.6 seconds, total_count=7507\n")
            .Where(mark => !mark.Contains("begin", StringComparison.Ordinal)));

    [Theory]
    [InlineData("Epoch 001: | Loss Train: 1.8000 | Loss Val: 2.8 | F1 Micro Train: 0.5", "epoch 1 f1_micro=0.5 loss=1.8 validation_loss=2.8")]
    [InlineData("Época 1/3 | Loss Train: 1.8 | Loss Val: 2.8", "epoch 1 loss=1.8 validation_loss=2.8")]
    [InlineData("Época 2 de 3 - pérdida: 0.5 - exactitud: 0.8", "epoch 2 accuracy=0.8 loss=0.5")]
    [InlineData("Époque 2/3, perte : 0.5", "epoch 2 loss=0.5")]
    [InlineData("Epoche 2/3: Verlust 0.5", "epoch 2 loss=0.5")]
    [InlineData("Epoca 2/3 loss=0.5", "epoch 2 loss=0.5")]
    [InlineData("Epoka 2/3 strata: 0.5", "epoch 2 loss=0.5")]
    [InlineData("Эпоха 2/3, потери: 0.5, точность: 0.8", "epoch 2 accuracy=0.8 loss=0.5")]
    [InlineData("第 2/10 轮, 损失: 0.5, 准确率: 0.8", "epoch 2 accuracy=0.8 loss=0.5")]
    [InlineData("エポック 2/10 損失: 0.5", "epoch 2 loss=0.5")]
    [InlineData("에포크 2/10 손실: 0.5", "epoch 2 loss=0.5")]
    [InlineData("Εποχή 2/10 loss: 0.5", "epoch 2 loss=0.5")]
    [InlineData("[Epoch 1/3] [Batch 5/938] [D loss: 0.69] [G loss: 0.7]", "epoch 1 d_loss=0.69 g_loss=0.7")]
    [InlineData("[Epoch 1/3] [D loss 0.69] [G loss 0.7]", "epoch 1 d_loss=0.69 g_loss=0.7")]
    [InlineData("[0/25][3/782] Loss_D: 1.5 Loss_G: 5.1 D(x): 0.5", "epoch 0 loss_d=1.5 loss_g=5.1")]
    [InlineData("Epoch 3, Loss: train 0.5, val 0.6", "epoch 3 loss=0.5 validation_loss=0.6")]
    [InlineData("Epoch 3 | Recon loss: 0.5 | KL loss: 0.1 | Total loss: 0.6", "epoch 3 kl_loss=0.1 loss=0.6 recon_loss=0.5")]
    [InlineData("Iteration 3, loss = 0.69314718", "epoch 3 loss=0.69314718")] // scikit-learn 1.5, MLPClassifier(verbose=True)
    [InlineData("[3/100] 1 tree, 31 leaves, max depth = 7, train loss: 0.61000, val loss: 0.62000, in 0.012s", "epoch 3 loss=0.61 max_depth=7 validation_loss=0.62")] // scikit-learn 1.5, HistGradientBoostingClassifier
    [InlineData("Training epoch 3, iteration 9/99 | lr: 0.001 | global_step: 10 | reduced_train_loss: 11.03", "epoch 3 learning_rate=0.001 reduced_train_loss=11.03")] // NeMo 2.0
    [InlineData("| epoch 003 | valid on 'valid' subset | loss 5.5 | ppl 45.2 | num_updates 300", "epoch 3 validation_loss=5.5 validation_perplexity=45.2")] // fairseq 0.12
    [InlineData("[3]\ttrain-rmse:0.5+0.01\ttest-rmse:0.6+0.02", "epoch 3 rmse=0.5 test_rmse=0.6")] // XGBoost 2.1, xgboost.cv
    [InlineData("[3]\ttrain-rmse:0.53210\ttest-rmse:0.61000", "epoch 3 rmse=0.5321 test_rmse=0.61")] // XGBoost 2.1, xgboost.train
    [InlineData("[3]\tvalidation_0-logloss:0.53210", "epoch 3 validation_logloss=0.5321")] // XGBoost 2.1, XGBClassifier
    [InlineData("[3]\ttraining's l2: 0.25\tvalid_1's l2: 0.3", "epoch 3 l2=0.25 validation_1_l2=0.3")] // LightGBM 4.5
    [InlineData("3:\tlearn: 0.6931\ttest: 0.6950\tbest: 0.6950 (3)\ttotal: 55ms\tremaining: 55s", "epoch 3 loss=0.6931 validation_loss=0.695")] // CatBoost 1.2
    [InlineData("Epoch[3] Train-accuracy=0.912", "epoch 3 accuracy=0.912")] // MXNet 1.9
    [InlineData("epoch 3: {'accuracy': 0.68, 'f1': 0.81}", "epoch 3 accuracy=0.68 f1=0.81")] // accelerate 1.0, nlp_example.py
    [InlineData("Epoch: [3]  [ 10/5005]  eta: 0:10:00  lr: 0.1  img/s: 100.5  loss: 6.9 (7.0)  acc1: 0.0 (0.1)  time: 0.5  data: 0.1  max mem: 5000", "epoch 3 acc1=0.1 learning_rate=0.1 loss=7")] // torchvision 0.20 references
    public void A_line_of_one_epoch_is_read(string line, string mark) => Assert.Equal(["0s " + mark], Heard.From(line + "\n"));

    [Theory]
    [InlineData("Epoch: 03 | Time: 0m 12s", "\tTrain Loss: 0.5 | Train PPL: 1.6", "\t Val. Loss: 0.6 |  Val. PPL: 1.8", "2s epoch 3 loss=0.5 perplexity=1.6 validation_loss=0.6 validation_perplexity=1.8")]
    [InlineData("EPOCH 3:", "  batch 1000 loss: 1.7", "LOSS train 0.5 valid 0.6", "2s epoch 3 loss=0.5 validation_loss=0.6")]
    [InlineData("Epoch 3/9", "loss: 0.5", "val_loss: 0.6", "2s epoch 3 loss=0.5 validation_loss=0.6")]
    [InlineData("-- Epoch 3", "Norm: 3.5, NNZs: 20, Bias: 0.1, T: 300, Avg. loss: 0.5", "Total training time: 0.01 seconds.", "1s epoch 3 loss=0.5")] // scikit-learn 1.5, SGDClassifier
    public void Losses_below_the_line_with_the_number_belong_to_it(string first, string second, string third, string mark) =>
        Assert.Contains(mark, Heard.From(first + "\n", second + "\n", third + "\n").Select(heard => heard.Replace(" bias=0.1 nnzs=20 norm=3.5 t=300", "", StringComparison.Ordinal).Replace("bias=0.1 loss=0.5 nnzs=20 norm=3.5 t=300", "loss=0.5", StringComparison.Ordinal)));

    [Theory]
    [InlineData("epoch: 1718000000", "epoch: 1718000060, loss: 3")]
    [InlineData("Epoch        : 1", "Name         : bash")] // rpm -qi
    [InlineData("Step 3/10 : RUN pip install torch", "Step 4/10 : COPY . /app")] // docker build
    [InlineData("Downloading torch-2.5.1-cp312-cp312-manylinux1_x86_64.whl (906.4 MB)", "     ━━━━━━━━━━━━━━━━━━━━ 906.4/906.4 MB 1.1 MB/s eta 0:00:00")] // pip 24
    [InlineData("Get:1 http://deb.debian.org/debian bookworm/main amd64 libepoch1 amd64 1:2.3-4 [12.3 kB]", "Unpacking libepoch1 (1:2.3-4) ...")] // apt 2.6
    [InlineData("model.safetensors:  45%|████▌     | 1.2G/2.7G [00:10<00:12, 120MB/s]", "Map: 100%|██████████| 1000/1000 [00:01<00:00, 990.1 examples/s]")] // tqdm 4.66
    [InlineData("64 packets transmitted, 64 received, 0% packet loss, time 3ms", "rtt min/avg/max/mdev = 0.1/0.2/0.3/0.1 ms")] // ping
    [InlineData("| 30%   45C    P2   150W / 250W |   5000MiB / 11264MiB |     98%      Default |", "|   0  N/A  N/A      1234      C   python     4998MiB |")] // nvidia-smi
    [InlineData("[ 45%] Building CXX object src/CMakeFiles/loss.dir/loss.cpp.o", "src/loss.cpp:12:3: warning: implicit conversion loses integer precision: 'long' to 'int' [-Wshorten-64-to-32]")] // CMake, clang
    [InlineData("test tests::epoch_is_kept ... ok", "test result: ok. 3 passed; 0 failed; finished in 0.01s")] // cargo test
    [InlineData("osdmap e15: 3 total, 3 up, 3 in", "mon.a epoch 3 of 5 monitors, 1 loss of quorum")] // Ceph
    [InlineData("[3] 12345", "[1]\tDone")] // shell
    [InlineData("Nov 29 12:00:00.000 INFO Synced   slot: 123, epoch: 1234, finalized_epoch: 1232", "Nov 29 12:06:24.000 INFO Synced   slot: 155, epoch: 1235, finalized_epoch: 1233")] // an Ethereum client
    [InlineData("{\"level\":\"info\",\"epoch\":1234,\"slot\":99}", "{\"level\":\"info\",\"epoch\":1235,\"slot\":131}")]
    [InlineData("Epoch 250 started", "Epoch 251 started")]
    [InlineData("epoch=5, leader=3", "epoch=6, leader=1")] // Kafka
    [InlineData("epoch   slot   block", "    1     32      30")]
    [InlineData("I spoke to the pocket of spoken words, a total loss", "a token of loss 3")]
    public void Output_of_other_programs_has_no_epoch(string first, string second) =>
        // A begin without an end is no epoch.
        Assert.DoesNotContain(Heard.From(first + "\n", second + "\n", "end\n"), mark => !mark.Contains("epoch-begin", StringComparison.Ordinal));

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
