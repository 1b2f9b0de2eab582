using Tonne.Lab.NeuralNetworks;

namespace Tonne.Lab.DataSelection;

/// <summary>What a part of the rows was good for.</summary>
/// <param name="Strategy">By what they were chosen.</param>
/// <param name="Share">Share of the rows that was asked for.</param>
/// <param name="Rows">Rows learned from.</param>
/// <param name="Score">On rows never seen.</param>
/// <param name="SelectionTime">CPU time of choosing; it comes once, whatever the share.</param>
/// <param name="TrainingTime">CPU time of training, and where it was stopped of looking on the way whether to go on.</param>
/// <param name="Imbalance">How far the share of any class among the chosen rows is from its share among all, at most; 0 is none, 0.01 is a point.</param>
/// <param name="Epochs">Epochs trained.</param>
/// <param name="Stopped">Whether training could end before its plan did (<see cref="EarlyStopping"/>).</param>
public sealed record SelectionPoint(SelectionStrategy Strategy, double Share, int Rows, Score Score, TimeSpan SelectionTime, TimeSpan TrainingTime, double Imbalance, int Epochs, bool Stopped = false)
{
    /// <summary>CPU time of both.</summary>
    public TimeSpan TotalTime => SelectionTime + TrainingTime;

    /// <summary>Accuracy of the class that does worst; classes without rows do not count.</summary>
    public double WorstClassAccuracy => Score.AccuracyOfClass.Where(accuracy => !double.IsNaN(accuracy)).DefaultIfEmpty(double.NaN).Min();
}
