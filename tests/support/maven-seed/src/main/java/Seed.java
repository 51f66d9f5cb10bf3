public class Seed {
    public static int one() {
        return 1;
    }
}
