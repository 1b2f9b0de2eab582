namespace Tonne.Facilities;

/// <summary>What kind of place a machine stands in, where no published figure names it.</summary>
public enum FacilityKind
{
    /// <summary>A laptop or desktop in a room: nothing around it runs because of it.</summary>
    PersonalComputer,

    /// <summary>A server room or data centre of which nothing is known.</summary>
    UnknownServerRoom,

    /// <summary>A machine in a cloud whose region or provider is not known.</summary>
    UnknownCloud,
}
