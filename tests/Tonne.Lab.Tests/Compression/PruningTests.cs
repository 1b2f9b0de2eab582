using Tonne.Lab.Compression;
using Tonne.Lab.Featurizing;
using Tonne.Lab.NeuralNetworks;
using Tonne.Lab.Tests.NeuralNetworks;
using Tonne.Lab.Training;
using Tonne.Tests;

namespace Tonne.Lab.Tests.Compression;

public sealed class PruningTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(0.93)]
    public void As_many_weights_are_zero_as_was_asked_for_and_none_that_stays_is_smaller_than_one_that_went(double share)
    {
        var network = NetworkTests.Made(11, 19, 4, 3);

        var pruned = MagnitudePruning.Prune(network, share);

        // 11·19 + 3·19·19 + 19·3 = 1,349 weights.
        Assert.Equal(Math.Floor(share * 1349) / 1349, MagnitudePruning.ComputeSparsity(pruned), 12);
        var pairs = network.Parameters.Zip(pruned.Parameters).Where(pair => pair.First.IsWeight).SelectMany(pair => pair.First.Values.ToArray().Zip(pair.Second.Values.ToArray())).ToList();
        Assert.All(pairs, pair => Assert.True(pair.Second == 0 || pair.Second == pair.First));
        if (share > 0)
            Assert.True(pairs.Where(pair => pair.Second == 0).Max(pair => Math.Abs(pair.First)) <= pairs.Where(pair => pair.Second != 0).Min(pair => Math.Abs(pair.First)));
    }

    [Fact]
    public void Of_equal_weights_as_many_go_as_were_asked_for()
    {
        var network = NetworkTests.Made(4, 4, 2, 2);
        var equal = network.WithParameters(network.Parameters.Where(parameter => parameter.IsWeight).Select(parameter => parameter with { Values = parameter.Values.ToArray().Select(_ => 0.25f).ToArray() }));

        // 16 + 16 + 8 = 40 weights.
        Assert.Equal(0.25, MagnitudePruning.ComputeSparsity(MagnitudePruning.Prune(equal, 0.25)));
    }

    [Fact]
    public void Zeros_stay_zeros_while_the_rest_trains_on()
    {
        var (train, validation) = Clouds.Made();
        var network = Clouds.Trained(train);

        var pruned = MagnitudePruning.Prune(network, 0.8);
        var tuned = MagnitudePruning.PruneAndFineTune(network, 0.8, train, Clouds.Plan with { Epochs = 3 }, new Trainer(new HandTime()));

        Assert.Equal(MagnitudePruning.ComputeSparsity(pruned), MagnitudePruning.ComputeSparsity(tuned), 12);
        Assert.True(tuned.Score(validation).Loss < pruned.Score(validation).Loss);
    }

    [Fact]
    public void A_layer_that_adds_nothing_can_go_without_a_trace()
    {
        var network = NetworkTests.Made(11, 19, 4, 3);
        var idle = network.WithParameters([Zero(network.GetWeight(3)), Zero(network.GetBias(3))]);

        var shorter = StructuredPruning.DropLayer(idle, 3);
        var chosen = StructuredPruning.PruneLayers(idle, Clouds.Rows(11, 3, 40), 3);

        Assert.Equal(3, shorter.Shape.Layers);
        Assert.Equal(idle.Predict(Clouds.Rows(11, 3, 40)), shorter.Predict(Clouds.Rows(11, 3, 40)));
        Assert.Equal(3, chosen.Shape.Layers);
        Assert.True(chosen.Score(Clouds.Rows(11, 3, 40)).Loss <= idle.Score(Clouds.Rows(11, 3, 40)).Loss);

        static Parameter Zero(Parameter parameter) => parameter with { Values = new float[parameter.Values.Length] };
    }

    [Fact]
    public void All_units_in_another_order_are_the_same_network()
    {
        var network = NetworkTests.Made(11, 19, 4, 3);
        var examples = Clouds.Rows(11, 3, 40);

        var turned = StructuredPruning.KeepUnits(network, [.. Enumerable.Range(0, 19).Reverse()]);

        Assert.All(network.Predict(examples).Zip(turned.Predict(examples)), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    [Fact]
    public void The_importance_of_a_unit_is_what_the_loss_does_when_the_unit_is_turned_down()
    {
        var network = NetworkTests.Made(11, 19, 4, 3);
        var examples = Clouds.Rows(11, 3, 32);

        var importance = StructuredPruning.ComputeUnitImportance(network, examples);

        // One mini-batch: importance is the square of the slope of the loss over the factor of every weight that reads the unit.
        const double By = 1e-5;
        for (var unit = 0; unit < 19; unit += 6)
        {
            var slope = (Loss(unit, 1 + By) - Loss(unit, 1 - By)) / (2 * By);
            Assert.Equal(Math.Sqrt(importance[unit]), Math.Abs(slope), 1e-5);
        }

        double Loss(int unit, double factor)
        {
            var plain = new PlainNetwork(network);
            for (var layer = 2; layer <= 5; layer++)
            {
                var outputs = layer == 5 ? 3 : 19;
                for (var output = 0; output < outputs; output++)
                    plain.Weights(layer)[unit * outputs + output] *= factor;
            }

            var row = new float[11];
            return Enumerable.Range(0, examples.Count).Average(index =>
            {
                examples.CopyRow(index, row);
                return -Math.Log(PlainNetwork.Softmax(plain.Logits(row))[examples.GetLabel(index)]);
            });
        }
    }

    [Fact]
    public void A_narrower_and_shorter_network_has_fewer_operations_and_learns_again()
    {
        var (train, validation) = Clouds.Made();
        var network = Clouds.Trained(train);

        var pruned = StructuredPruning.PruneUnits(StructuredPruning.PruneLayers(network, validation, 2), validation, 8);
        var tuned = new FineTuner(new Trainer(new HandTime())).FineTune(pruned, train, validation, Clouds.Plan, network).Network;

        Assert.Equal(network.Shape with { Width = 8, Layers = 2 }, tuned.Shape);
        Assert.True(tuned.Shape.Operations < network.Shape.Operations / 3);
        Assert.True(tuned.Score(validation).Accuracy >= network.Score(validation).Accuracy - 0.02);
    }

    [Fact]
    public void A_student_learns_from_its_teacher()
    {
        var (train, validation) = Clouds.Made();
        var teacher = Clouds.Trained(train);
        var wrong = new InMemoryExamples(train.Width, train.Classes, Clouds.Values(train), [.. Enumerable.Range(0, train.Count).Select(row => (train.GetLabel(row) + row) % 3)]);

        // The labels are noise: what the student knows it has from the teacher alone.
        var plan = Clouds.Plan with { Distillation = new Distillation(default, 2, 1) };
        var student = new FineTuner(new Trainer(new HandTime())).Distil(teacher, new NetworkShape(train.Width, 3) { Width = 8, Layers = 2 }, wrong, validation, plan).Network;

        Assert.True(student.Score(validation).Accuracy >= teacher.Score(validation).Accuracy - 0.02);
    }
}
